//go:build !canary_crl_scope

package revocation

import (
	"crypto/x509/pkix"
	"fmt"
)

// checkCRLExtensions refuses what would make a list something else than all that its issuer has revoked.
func checkCRLExtensions(extensions []pkix.Extension) error {
	for _, ext := range extensions {
		if ext.Critical || ext.Id.Equal(oidDeltaIndicator) || ext.Id.Equal(oidDistributionPoint) {
			return fmt.Errorf("%w: %s", errCRLExtension, ext.Id)
		}
	}
	return nil
}
