package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

// Seal encrypts something small with a key that never is in the database: it is derived from the key of the log, which
// replicas and backups share. label says what is sealed and where it belongs: moved elsewhere, it does not open.
func (s *Store) Seal(label string, plain []byte) ([]byte, error) {
	box, err := s.box()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) // never fails
	return box.Seal(nonce, nonce, plain, []byte(label)), nil
}

// Unseal opens what Seal made under the same label; *DamagedError when it is not that.
func (s *Store) Unseal(label string, sealed []byte) ([]byte, error) {
	box, err := s.box()
	if err != nil {
		return nil, err
	}
	n := box.NonceSize()
	if len(sealed) < n {
		return nil, damaged("accounts", label, "what was sealed cannot be opened", "ce qui a été chiffré ne s'ouvre pas")
	}
	plain, err := box.Open(nil, sealed[:n], sealed[n:], []byte(label))
	if err != nil {
		return nil, damaged("accounts", label, "what was sealed cannot be opened with the key of the log", "ce qui a été chiffré ne s'ouvre pas avec la clé du journal")
	}
	return plain, nil
}

func (s *Store) box() (cipher.AEAD, error) {
	if s.secret == "" {
		return nil, schemaError(nil, "the key of the log (%s) is needed for secrets that are kept", "la clé du journal (%s) est nécessaire aux secrets conservés", keyName)
	}
	key, err := hkdf.Key(sha256.New, []byte(s.secret), nil, "vigie seal 1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key that seals: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
