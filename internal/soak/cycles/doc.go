// Package cycles logs in and out on the whole stack, many thousand times in a row.
package cycles
