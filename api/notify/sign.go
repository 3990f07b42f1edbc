package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a webhook, after Standard Webhooks (standardwebhooks.com), which receivers have libraries for.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"

	secretPrefix = "whsec_"
)

// Window is how old a message may be when it is checked. A receiver that also remembers the ids of that time takes no
// message twice, whoever sends it again.
const Window = 5 * time.Minute

// The ways in which a message is not ours.
var (
	ErrSignature = errors.New("the signature is not that of this message")
	ErrTime      = errors.New("the message is too old, or from the future")
)

// NewSecret makes a secret of 256 bits for one receiver.
func NewSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails on the systems Go supports
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

func secretBytes(secret string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(b) < 24 || !strings.HasPrefix(secret, secretPrefix) {
		return nil, errors.New("not a secret of a webhook")
	}
	return b, nil
}

// Sign makes the headers of a message: its id, when it was sent, and an HMAC-SHA256 over both and the body.
func Sign(secret, id string, at time.Time, body []byte) (http.Header, error) {
	key, err := secretBytes(secret)
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	return http.Header{HeaderID: {id}, HeaderTimestamp: {stamp}, HeaderSignature: {"v1," + base64.StdEncoding.EncodeToString(mac(key, id, stamp, body))}}, nil
}

func mac(key []byte, id, stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + stamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Verify is what a receiver does: the signature first, in constant time, then the moment. Several signatures may stand
// in the header while a secret is being changed.
func Verify(secret string, h http.Header, body []byte, now time.Time) error {
	key, err := secretBytes(secret)
	if err != nil {
		return err
	}
	id, stamp := h.Get(HeaderID), h.Get(HeaderTimestamp)
	want := mac(key, id, stamp, body)
	good := false
	for part := range strings.FieldsSeq(h.Get(HeaderSignature)) {
		version, text, _ := strings.Cut(part, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		good = good || version == "v1" && err == nil && hmac.Equal(got, want)
	}
	if !good || id == "" {
		return ErrSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return ErrSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > Window || age < -Window {
		return ErrTime
	}
	return nil
}
