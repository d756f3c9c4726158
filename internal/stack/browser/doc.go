// Package browser runs Chromium and Firefox in a lab and has them load pages, one after another, as a person would.
package browser
