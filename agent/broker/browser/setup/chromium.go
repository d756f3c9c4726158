package setup

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"siths-agent/agent/broker/system"
)

// chromiumKeys are the policies that are set. Chromium takes each from one file alone.
type chromiumKeys struct {
	AutoSelect []string `json:"AutoSelectCertificateForUrls,omitempty"`
	Negotiate  string   `json:"AuthServerAllowlist,omitempty"`
}

// certificateChoice is one element of AutoSelectCertificateForUrls. It is JSON within a JSON string.
type certificateChoice struct {
	Pattern string `json:"pattern"`
	Filter  struct {
		Issuer struct {
			CN string `json:"CN"`
		} `json:"ISSUER"`
	} `json:"filter"`
}

// chromiumPolicy renders the policy, or nil when there is nothing to say. Without an authority no certificate is picked:
// a pattern without a filter would hand out whatever else the person has.
func chromiumPolicy(systems []system.System, issuers []string) ([]byte, []Note, error) {
	keys, err := chromiumKeysOf(systems, issuers)
	if err != nil {
		return nil, nil, err
	}
	var notes []Note
	if len(issuers) == 0 && len(keys.AutoSelect) == 0 {
		notes = append(notes, Note{Kind: NoIssuer})
	}
	if len(keys.AutoSelect) == 0 && keys.Negotiate == "" {
		return nil, notes, nil
	}
	data, err := marshal(keys)
	return data, notes, err
}

func chromiumKeysOf(systems []system.System, issuers []string) (chromiumKeys, error) {
	var keys chromiumKeys
	servers, err := tlsServers(systems)
	if err != nil {
		return keys, err
	}
	for _, server := range servers {
		for _, issuer := range issuers {
			choice := certificateChoice{Pattern: server.pattern()}
			choice.Filter.Issuer.CN = issuer
			line, err := compact(choice)
			if err != nil {
				return keys, err
			}
			keys.AutoSelect = append(keys.AutoSelect, line)
		}
	}
	hosts, err := ticketServers(systems)
	keys.Negotiate = strings.Join(hosts, ",")
	return keys, err
}

// tlsServers are the servers of all systems that ask for a certificate, each once, in the order of their patterns.
func tlsServers(systems []system.System) ([]origin, error) {
	var all []origin
	for _, s := range systems {
		if s.Kind != system.TLS || s.TLS == nil {
			continue
		}
		for _, text := range s.TLS.Origins {
			o, ok := parseOrigin(text)
			if !ok {
				return nil, &OriginError{System: s.Name, Origin: text}
			}
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b origin) int { return strings.Compare(a.pattern(), b.pattern()) })
	return slices.Compact(all), nil
}

// ticketServers are the servers that may ask browsers for a ticket, as Chromium writes them: a host, or "*." and a domain.
// By custom a realm is its domain in capitals.
func ticketServers(systems []system.System) ([]string, error) {
	var all []string
	for _, s := range systems {
		if s.Kind != system.Kerberos || s.Kerberos == nil {
			continue
		}
		servers := s.Kerberos.Servers
		if domain := strings.ToLower(s.Kerberos.Realm); domain != "" && len(servers) == 0 {
			servers = []string{domain, "*." + domain}
		}
		for _, server := range servers {
			if !isHost(strings.TrimPrefix(server, "*.")) {
				return nil, &OriginError{System: s.Name, Origin: server}
			}
		}
		all = append(all, servers...)
	}
	slices.SortFunc(all, func(a, b string) int { // what a domain is for stands together
		return cmp.Or(strings.Compare(strings.TrimPrefix(a, "*."), strings.TrimPrefix(b, "*.")), strings.Compare(b, a))
	})
	return slices.Compact(all), nil
}

// marshal writes JSON for people to read. Nothing here ends up in a page, so no character is escaped for one.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("rendering JSON: %w", err)
	}
	return b.Bytes(), nil
}

func compact(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("rendering JSON: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
