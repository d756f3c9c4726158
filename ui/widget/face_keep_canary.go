//go:build canary_widget_keep

package widget

import "siths-agent/ui/model"

func (p *pads) keep([]model.Field) {}
