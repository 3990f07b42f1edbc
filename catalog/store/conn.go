package store

import (
	"context"
	"database/sql"
	"errors"
)

// keptConn is one SQLite connection whose statements stay prepared until it closes. It implements gorm.ConnPool. One
// goroutine uses it at a time.
//
// gorm's own cache closes statements in the background, and an SQLite connection that closes before its statements does
// not empty the write-ahead log.
type keptConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxKept bounds the statements kept; the store has fewer than that.
const maxKept = 256

func (c *keptConn) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxKept {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err == nil {
		c.stmts[text] = s
	}
	return s, err
}

func (c *keptConn) forget() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	clear(c.stmts)
	return errors.Join(errs...)
}

// Close implements io.Closer.
func (c *keptConn) Close() error {
	err := c.forget()
	if cerr := c.conn.Close(); !errors.Is(cerr, sql.ErrConnDone) {
		err = errors.Join(err, cerr)
	}
	return err
}

// PrepareContext implements gorm.ConnPool.
func (c *keptConn) PrepareContext(ctx context.Context, text string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(ctx, text)
}

// ExecContext implements gorm.ConnPool.
func (c *keptConn) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext implements gorm.ConnPool.
func (c *keptConn) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext implements gorm.ConnPool.
func (c *keptConn) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	return c.conn.QueryRowContext(ctx, text, args...)
}
