// Package docs holds what people read about the project; its tests keep the pages true to the code.
package docs
