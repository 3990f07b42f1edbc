package exchange_test

import "flag"

// renew reports whether the tests inside the package were told to write what they expect.
func renew() bool { return flag.Lookup("update").Value.String() == "true" }
