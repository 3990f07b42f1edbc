package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"vigie/catalog"
)

// S3Options say where an S3-compatible object store is.
type S3Options struct {
	Endpoint  string // host:port
	Bucket    string // must exist
	Prefix    string // before the SHA-256, such as "sources/"
	Region    string
	AccessKey string
	SecretKey string
	Plain     bool              // http instead of https
	Transport http.RoundTripper // nil: the default
	// Wait is how long to wait before the second try, doubled before the third; 0: half a second.
	Wait time.Duration
}

// tries bounds how often a call is made before its failure stands.
const tries = 5

// callLimit bounds one call, so that a store that hangs is an error.
const callLimit = 60 * time.Second

// S3 keeps files as objects.
type S3 struct {
	client *minio.Client
	o      S3Options
}

// OpenS3 reaches an object store and checks that the bucket is there.
func OpenS3(ctx context.Context, o S3Options) (*S3, error) {
	client, err := minio.New(o.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: !o.Plain,
		Region: o.Region, Transport: o.Transport, MaxRetries: 1})
	if err != nil {
		return nil, fmt.Errorf("open the object store: %w", err)
	}
	if o.Wait == 0 {
		o.Wait = 500 * time.Millisecond
	}
	s := &S3{client: client, o: o}
	var there bool
	if err := s.again(ctx, func(ctx context.Context) (err error) {
		there, err = client.BucketExists(ctx, o.Bucket)
		return err
	}); err != nil {
		return nil, fmt.Errorf("open the object store: %w", err)
	}
	if !there {
		return nil, fmt.Errorf("open the object store: no bucket %q", o.Bucket)
	}
	return s, nil
}

// again calls do up to a few times, with growing waits.
func (s *S3) again(ctx context.Context, do func(context.Context) error) error {
	wait := s.o.Wait
	var err error
	for try := 1; ; try++ {
		once, cancel := context.WithTimeout(ctx, callLimit)
		err = do(once)
		cancel()
		if err == nil || errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait *= 2
		}
	}
}

func (s *S3) name(sum string) (string, error) {
	if !catalog.ValidSHA256(sum) {
		return "", fmt.Errorf("%q names no file: %w", sum, fs.ErrNotExist)
	}
	return s.o.Prefix + sum, nil
}

// Put implements Store. What the store says of the upload (its ETag) proves nothing: the object is read back and hashed.
func (s *S3) Put(ctx context.Context, sum, path string) error {
	name, err := s.name(sum)
	if err != nil {
		return err
	}
	err = s.again(ctx, func(ctx context.Context) error {
		if s.whole(ctx, sum) == nil {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if _, err := s.client.PutObject(ctx, s.o.Bucket, name, f, info.Size(), minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true}); err != nil {
			return err
		}
		return s.whole(ctx, sum)
	})
	if err != nil {
		return fmt.Errorf("keep file %s in the object store: %w", sum, err)
	}
	return nil
}

// whole reads an object to its end, once.
func (s *S3) whole(ctx context.Context, sum string) error {
	r, err := s.open(ctx, sum)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

func (s *S3) open(ctx context.Context, sum string) (io.ReadCloser, error) {
	name, err := s.name(sum)
	if err != nil {
		return nil, err
	}
	core := minio.Core{Client: s.client}
	body, _, _, err := core.GetObject(ctx, s.o.Bucket, name, minio.GetObjectOptions{})
	if err != nil {
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			return nil, fmt.Errorf("file %s: %w", sum, fs.ErrNotExist)
		}
		return nil, err
	}
	return verify(body, sum), nil
}

// Open implements Store. A call that fails is made again; bytes that fail midway are an error of the reader.
func (s *S3) Open(ctx context.Context, sum string) (io.ReadCloser, error) {
	wait := s.o.Wait
	for try := 1; ; try++ {
		r, err := s.open(ctx, sum)
		if err == nil || errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil || try == tries {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
			wait *= 2
		}
	}
}

// Each implements Store.
func (s *S3) Each(ctx context.Context, do func(string, int64) error) error {
	sizes := map[string]int64{}
	if err := s.again(ctx, func(ctx context.Context) error {
		clear(sizes)
		for o := range s.client.ListObjects(ctx, s.o.Bucket, minio.ListObjectsOptions{Prefix: s.o.Prefix, Recursive: true}) {
			if o.Err != nil {
				return o.Err
			}
			if sum := strings.TrimPrefix(o.Key, s.o.Prefix); catalog.ValidSHA256(sum) {
				sizes[sum] = o.Size
			}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("list the object store: %w", err)
	}
	for sum, size := range sizes {
		if err := do(sum, size); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements Store.
func (s *S3) Remove(ctx context.Context, sum string) error {
	name, err := s.name(sum)
	if err != nil {
		return err
	}
	return s.again(ctx, func(ctx context.Context) error {
		return s.client.RemoveObject(ctx, s.o.Bucket, name, minio.RemoveObjectOptions{})
	})
}
