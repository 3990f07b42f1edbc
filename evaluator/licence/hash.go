package licence

import (
	"io/fs"
	"sync"

	"vigie/catalog"
)

// Hash names the shipped licences by their content: rights files, names, words and fingerprints.
var Hash = sync.OnceValues(func() (string, error) {
	contents := map[string]string{}
	err := fs.WalkDir(shipped, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(shipped, path)
		contents[path] = catalog.MustHash(string(data))
		return err
	})
	if err != nil {
		return "", err
	}
	return catalog.Hash(contents)
})
