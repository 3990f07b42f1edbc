package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vigie/catalog/wording"
)

// root is the command tree in the language of the user.
func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use: "vigie",
		Short: a.say("Due diligence of AI vendors: claims, evidence, criteria, reports.",
			"Due diligence des fournisseurs d'IA : allégations, preuves, critères, rapports."),
		Long: a.say(`Vigie records what is claimed about AI vendors and models and on what evidence, judges it against
benchmark criteria for a given use, and prints reports that can be checked again.

Exit codes: 0 it answered (whatever the verdict); 1 a negative answer (healthcheck, verify, log consistency, doctor); 2 wrong usage
or bad input.`,
			`Vigie recueille ce qui est dit des fournisseurs et modèles d'IA et sur quelles preuves, le juge selon des
critères de référence pour un usage donné, et imprime des rapports que chacun peut revérifier.

Codes de sortie : 0 réponse donnée (quel que soit l'avis) ; 1 réponse négative (healthcheck, verify, log
consistency, doctor) ; 2 usage ou données invalides.`),
		Args:              a.noSuchCommand,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	c.SetFlagErrorFunc(a.flagError)
	c.SetUsageTemplate(a.usageTemplate())
	c.SetHelpTemplate("{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}\n\n{{end}}{{.UsageString}}")
	c.SetHelpCommand(&cobra.Command{Use: "help", Hidden: true, RunE: func(h *cobra.Command, args []string) error {
		found, _, err := c.Find(args)
		if err != nil || found == c && len(args) > 0 {
			return a.noSuchCommand(c, args)
		}
		return found.Help()
	}})
	c.PersistentFlags().Var(&langFlag{a}, "lang", a.say("language of messages and reports: fr or en (default: that of the system, else en)",
		"langue des messages et des rapports : fr ou en (défaut : celle du système, sinon en)"))
	_ = c.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions([]string{"fr", "en"}, cobra.ShellCompDirectiveNoFileComp))
	c.AddCommand(a.check(), a.catalogue(), a.assess(), a.report(), a.exposure(), a.law(), a.licence(), a.compare(), a.questions(), a.whatif(), a.portfolio(), a.propose(), a.sheet(), a.mlbom(), a.serve(), a.verify(), a.log(), a.backup(), a.restore(), a.export(), a.importCatalogue(), a.account(), a.doctor(), a.healthcheck(), a.version(), a.completion())
	var describe func(*cobra.Command)
	describe = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		if f := c.Flags().Lookup("help"); f != nil {
			f.Usage = a.say("this help", "cette aide")
		}
		for _, sub := range c.Commands() {
			describe(sub)
		}
	}
	describe(c)
	return c
}

// langFlag refuses any other language; the value itself was read before the tree was built.
type langFlag struct{ a *app }

func (f *langFlag) String() string { return "" }
func (f *langFlag) Type() string   { return "fr|en" }
func (f *langFlag) Set(s string) error {
	l, ok := wording.ParseLang(s)
	if !ok {
		return fault("expected fr or en, found %q", "il faut fr ou en ; trouvé « %s »", s)
	}
	f.a.lang = l
	return nil
}

// noSuchCommand refuses words after a command that takes none, and names the nearest command.
func (a *app) noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if near := wording.Nearest(args[0], names); near != "" {
		return fault("no command is called %q; did you mean %q?", "aucune commande ne s'appelle « %s » ; vouliez-vous dire « %s » ?", args[0], near)
	}
	return fault("no command is called %q; the commands: %s", "aucune commande ne s'appelle « %s » ; les commandes : %s", args[0], strings.Join(names, ", "))
}

// noArgs refuses words after a command that takes only flags.
func (a *app) noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fault("this command takes flags only, found %q", "cette commande ne prend que des options ; trouvé : « %s »", args[0])
	}
	return nil
}

// flagError says what is wrong with a flag, with the nearest one when it does not exist.
func (a *app) flagError(c *cobra.Command, err error) error {
	var (
		missing *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case errors.As(err, &missing):
		name := strings.TrimLeft(missing.GetSpecifiedName(), "-")
		if missing.GetSpecifiedShortnames() != "" {
			return fault("no flag is called -%s; see %s --help", "aucune option ne s'appelle -%s ; voir %s --help", name, c.CommandPath())
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := wording.Nearest(name, names); near != "" {
			return fault("no flag is called --%s; did you mean --%s?", "aucune option ne s'appelle --%s ; vouliez-vous dire --%s ?", name, near)
		}
		return fault("no flag is called --%s; see %s --help", "aucune option ne s'appelle --%s ; voir %s --help", name, c.CommandPath())
	case errors.As(err, &empty):
		return fault("--%s needs a value", "--%s attend une valeur", empty.GetFlag().Name)
	case errors.As(err, &invalid):
		inner := wording.Same(invalid.Unwrap().Error())
		if number := (*strconv.NumError)(nil); errors.As(err, &number) {
			inner = wording.Textf("expected a whole number, found %q", "il faut un nombre entier ; trouvé « %s »", number.Num)
		}
		var p *problem
		if errors.As(err, &p) {
			inner = p.text
		}
		return fault("--%s: %s", "--%s : %s", invalid.GetFlag().Name, inner)
	}
	return err
}

func (a *app) usageTemplate() string {
	t := `{{if .Runnable}}{{if not .HasAvailableSubCommands}}USAGE
  {{.UseLine}}

{{end}}{{end}}{{if .HasAvailableSubCommands}}USAGE
  {{.CommandPath}} COMMAND

COMMANDS{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}

{{end}}{{if .HasExample}}EXAMPLES
{{.Example}}

{{end}}{{if .HasAvailableLocalFlags}}FLAGS
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}`
	if a.lang == wording.FR {
		t = strings.NewReplacer("COMMANDS", "COMMANDES", " COMMAND\n", " COMMANDE\n", "EXAMPLES", "EXEMPLES", "FLAGS", "OPTIONS").Replace(t)
	}
	return t
}
