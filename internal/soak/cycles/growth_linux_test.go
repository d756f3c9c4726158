package cycles

// wantNoGoroutineMore ends the service in a way that lets it tell what ran in it, and compares with a service that has
// seen one card.
func (d *desk) wantNoGoroutineMore() {
	d.t.Helper()
	many := d.Goroutines()
	d.Must(d.Service.Start())
	d.cycle(false)
	few := d.Goroutines()
	d.t.Logf("%d goroutines after many cycles, %d after one", many, few)
	if few == 0 || many > few {
		d.t.Error("goroutines are left over, or none were found")
	}
}
