package licence

// Hash names the shipped licences by their content: rights files, names, words and fingerprints.
func Hash() (string, error) {
	set, err := Builtin()
	if err != nil {
		return "", err
	}
	return set.Hash(), nil
}
