package licence

import (
	"crypto/sha256"
	"encoding/hex"
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
		sum := sha256.Sum256(data)
		contents[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		return "", err
	}
	return catalog.Hash(contents)
})
