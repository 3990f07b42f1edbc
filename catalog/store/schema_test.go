package store

import (
	"os"
	"testing"
)

// The schema that the migrations make is the one that the store checks at start.
func TestSchemaIsTheOneRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		var e *engine
		var err error
		if o.DSN != "" {
			e, err = openPostgres(t.Context(), o.DSN)
		} else {
			e, err = openSQLite(t.Context(), o.Dir+"/"+databaseName)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer e.close()
		if err := e.migrate(t.Context(), migrationFiles); err != nil {
			t.Fatal(err)
		}
		if err := e.reading(t.Context(), func(q query) error {
			got, err := e.schema(q)
			if *update && err == nil {
				return os.WriteFile("schema/"+e.name()+".sql", []byte(got), 0o666)
			}
			if err != nil {
				return err
			}
			return e.checkSchema(q)
		}); err != nil {
			t.Error(err)
		}
	})
}
