//go:build canary_crl_scope

package revocation

import "crypto/x509/pkix"

func checkCRLExtensions([]pkix.Extension) error { return nil }
