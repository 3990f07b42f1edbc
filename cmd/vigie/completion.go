package main

import (
	"github.com/spf13/cobra"

	"vigie/catalog/strict"
)

func (a *app) completion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: a.say("Print the completion script of a shell: bash, zsh, fish, powershell", "Imprimer le script de complétion d'un shell : bash, zsh, fish, powershell"),
		Example: a.say(`  source <(vigie completion bash)
  vigie completion zsh > "${fpath[1]}/_vigie"
  vigie completion fish > ~/.config/fish/completions/vigie.fish`, `  source <(vigie completion bash)
  vigie completion zsh > "${fpath[1]}/_vigie"
  vigie completion fish > ~/.config/fish/completions/vigie.fish`),
		ValidArgs: shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which shell? bash, zsh, fish or powershell", "quel shell ? bash, zsh, fish ou powershell")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return &problem{text: strict.NotIn(args[0], shells)}
		},
	}
}
