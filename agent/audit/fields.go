package audit

import (
	"reflect"
	"strings"
)

// Fields returns the names of everything that a row can say, as they stand in the log and in its order.
func Fields() []string {
	names := []string{"seq", "prev"}
	for f := range reflect.TypeFor[Row]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
