// Package sim lives the days of whole workstations around the agent's core, in time that passes only when everybody
// waits, and checks after every step that the promises to the user still stand.
package sim
