package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"vigie/catalog/wording"
)

func textf(en, fr string, args ...any) wording.Text { return wording.Textf(en, fr, args...) }

// query runs statements in one transaction. Statements are written out with ? for arguments; gorm numbers them for
// PostgreSQL and keeps them prepared.
type query struct {
	db       *gorm.DB
	postgres bool
}

func (q query) ctx() context.Context { return q.db.Statement.Context }

// direct is gorm's connection on SQLite, where statements need no numbering: building them again takes longer than running
// them. Nil on PostgreSQL.
func (q query) direct() gorm.ConnPool {
	if q.postgres {
		return nil
	}
	return q.db.Statement.ConnPool
}

// exec runs a statement that gives no rows and tells how many it changed.
func (q query) exec(stmt string, args ...any) (int64, error) {
	if conn := q.direct(); conn != nil {
		res, err := conn.ExecContext(q.ctx(), stmt, wrapped(args)...)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", firstWords(stmt), err)
		}
		return res.RowsAffected()
	}
	res := q.db.Exec(stmt, wrapped(args)...)
	if res.Error != nil {
		return 0, fmt.Errorf("%s: %w", firstWords(stmt), res.Error)
	}
	return res.RowsAffected, nil
}

// open runs a statement that gives rows.
func (q query) open(stmt string, args []any) (*sql.Rows, error) {
	var res *sql.Rows
	var err error
	if conn := q.direct(); conn != nil {
		res, err = conn.QueryContext(q.ctx(), stmt, wrapped(args)...)
	} else {
		res, err = q.db.Raw(stmt, wrapped(args)...).Rows()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", firstWords(stmt), err)
	}
	return res, nil
}

// rows reads all rows of a statement into structs, by column name.
func rows[T any](q query, stmt string, args ...any) ([]T, error) {
	// Not gorm.G[T]: each T would bring a thousand functions, and half a minute of compiling for the package.
	var out []T
	if err := q.db.Raw(stmt, wrapped(args)...).Scan(&out).Error; err != nil {
		return nil, fmt.Errorf("%s: %w", firstWords(stmt), err)
	}
	return out, nil
}

// row reads the first row of a statement; ok is false when there is none.
func row[T any](q query, stmt string, args ...any) (out T, ok bool, err error) {
	list, err := rows[T](q, stmt, args...)
	if err != nil || len(list) == 0 {
		return out, false, err
	}
	return list[0], true, nil
}

// scan reads rows one by one into the places that into gives, for statements with many rows.
func (q query) scan(stmt string, args []any, into []any, each func() error) error {
	res, err := q.open(stmt, args)
	if err != nil {
		return err
	}
	defer res.Close()
	for res.Next() {
		if err := res.Scan(into...); err != nil {
			return fmt.Errorf("%s: %w", firstWords(stmt), err)
		}
		if err := each(); err != nil {
			return err
		}
	}
	return res.Err()
}

// blob is an argument of bytes. gorm would spread a plain []byte after a parenthesis into one argument a byte.
type blob []byte

// Value implements driver.Valuer.
func (b blob) Value() (driver.Value, error) { return []byte(b), nil }

func wrapped(args []any) []any {
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			if b == nil {
				args[i] = nil
			} else {
				args[i] = blob(b)
			}
		}
	}
	return args
}

func firstWords(stmt string) string {
	words := strings.Fields(stmt)
	return strings.Join(words[:min(6, len(words))], " ")
}

// chunks are the numbers of rows that one statement holds: few, so that few statements are kept prepared, and small
// enough for the 32 766 arguments that SQLite takes.
var chunks = []int{256, 64, 16, 8, 4, 2, 1}

// insert adds rows, as many a statement as possible.
func (q query) insert(table, columns string, list [][]any) error {
	width := strings.Count(columns, ",") + 1
	one := "(?" + strings.Repeat(",?", width-1) + ")"
	for len(list) > 0 {
		n := 1
		for _, c := range chunks {
			if c <= len(list) {
				n = c
				break
			}
		}
		args := make([]any, 0, n*width)
		for _, r := range list[:n] {
			args = append(args, r...)
		}
		stmt := "INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(","+one, n-1)
		if _, err := q.exec(stmt, args...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// padded calls do with at most 256 elements at a time, the last run filled up with its last element to one of a few
// lengths: statements with IN lists stay few. do must not mind an element twice.
func padded[T any](list []T, do func([]T) error) error {
	for len(list) > 0 {
		n := min(len(list), 256)
		run := list[:n:n]
		for _, size := range []int{1, 8, 64, 256} {
			if size >= n {
				for len(run) < size {
					run = append(run, run[n-1])
				}
				break
			}
		}
		if err := do(run); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// tuples is "(?,?),(?,?)" for the VALUES of n rows.
func tuples(width, n int) string {
	one := "(?" + strings.Repeat(",?", width-1) + ")"
	return one + strings.Repeat(","+one, n-1)
}
