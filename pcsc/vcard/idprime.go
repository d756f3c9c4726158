package vcard

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
)

const (
	pinReference = 0x11   // IDPrime's user PIN
	tagCPLC      = 0x9F7F // card production life cycle data (GlobalPlatform Card Specification 2.3.1, 11.3)
)

// idprimeAID names the IDPrime applet.
func idprimeAID() []byte {
	return []byte{0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62}
}

// environment is what MANAGE SECURITY ENVIRONMENT sets: with which key and how to sign.
type environment struct {
	key *rsa.PrivateKey
	alg algorithm
}

// idprime behaves as an IDPrime card of operating system level 4: one PIN guards every key, certificates lie
// compressed in files of the minidriver's making. Its applet is the implicitly selected one.
type idprime struct {
	files  map[uint16][]byte
	keys   map[byte]*rsa.PrivateKey
	cplc   []byte
	pin    *pin
	signer signFunc

	current []byte       // the selected file; nil when none is
	env     *environment // nil until it is set
	digest  []byte       // given by PSO HASH, used up by one signature
}

func newIDPrime(content *Content, o Options) (*idprime, error) {
	user, err := newPINWithPUK(o.PIN, o.PUK, o.Tries)
	if err != nil {
		return nil, err
	}
	files, err := idprimeFiles(content)
	if err != nil {
		return nil, err
	}
	return &idprime{
		files:  files,
		keys:   idprimeKeys(content),
		cplc:   idprimeCPLC(content.ID),
		pin:    user,
		signer: sign,
	}, nil
}

func (p *idprime) showing(c *Content) (personality, error) {
	files, err := idprimeFiles(c)
	if err != nil {
		return nil, err
	}
	other := *p
	other.files, other.keys = files, idprimeKeys(c)
	return &other, nil
}

func (p *idprime) authPIN() *pin { return p.pin }

func (p *idprime) signPIN() *pin { return nil }

func (p *idprime) setSigner(s signFunc) { p.signer = s }

func (p *idprime) reset() {
	p.pin.verified = false
	p.deselect()
}

func (p *idprime) deselect() { p.current, p.env, p.digest = nil, nil, nil }

func (p *idprime) execute(c command) ([]byte, status) {
	switch c.ins {
	case insSelect:
		return p.selectFile(c)
	case insReadBinary:
		return readBinary(p.current, c)
	case insGetData:
		return p.getData(c)
	case insVerify:
		return nil, p.verify(c)
	case insChangeReferenceData, insResetRetryCounter:
		return nil, p.renew(c)
	case insManageSecurityEnv:
		return nil, p.setEnvironment(c)
	case insPerformSecurityOp:
		return p.perform(c)
	case insGetChallenge:
		return getChallenge(c)
	}
	return nil, swWrongIns
}

// selectFile answers SELECT by name, by file identifier or by path (ISO/IEC 7816-4, 7.1.1).
func (p *idprime) selectFile(c command) ([]byte, status) {
	switch c.p1 {
	case 0x04:
		return p.selectApplet(c)
	case 0x00, 0x02, 0x08, 0x09:
	default:
		return nil, swWrongP1P2
	}
	if len(c.data) != 2 {
		return nil, swFileNotFound
	}
	id := binary.BigEndian.Uint16(c.data)
	file, found := p.files[id]
	if !found {
		return nil, swFileNotFound
	}
	control, st := fileControl(c.p2, fileDescription(id, len(file)))
	if st == swOK {
		p.current = file
	}
	return control, st
}

func (p *idprime) selectApplet(c command) ([]byte, status) {
	if !bytes.Equal(c.data, idprimeAID()) {
		return nil, swFileNotFound
	}
	control, st := fileControl(c.p2, shortTLV(0x84, idprimeAID()...)) // 84: DF name (ISO/IEC 7816-4, table 12)
	if st == swOK {
		p.deselect()
	}
	return control, st
}

// fileDescription writes the size (81), the kind (82: working EF, transparent) and the identifier (83) of a file
// (ISO/IEC 7816-4, table 12).
func fileDescription(id uint16, size int) []byte {
	description := shortTLV(0x81, byte(size>>8), byte(size))
	description = append(description, shortTLV(0x82, 0x01)...)
	return append(description, shortTLV(0x83, byte(id>>8), byte(id))...)
}

// fileControl wraps a description in the template that P2 of SELECT asks for (ISO/IEC 7816-4, table 40).
func fileControl(p2 byte, description []byte) ([]byte, status) {
	switch p2 {
	case 0x00:
		return shortTLV(0x6F, description...), swOK
	case 0x04:
		return shortTLV(0x62, description...), swOK
	case 0x0C:
		return nil, swOK
	}
	return nil, swWrongP1P2
}

// readBinary answers READ BINARY of the selected file, nil when none is (ISO/IEC 7816-4, 7.2.3).
func readBinary(file []byte, c command) ([]byte, status) {
	offset := c.p1p2()
	switch {
	case c.p1&0x80 != 0: // by short identifier: files have none here
		return nil, swWrongP1P2
	case len(c.data) > 0 || c.ne == 0:
		return nil, swWrongLength
	case file == nil:
		return nil, swNoCurrentFile
	case offset >= len(file):
		return nil, swOutsideFile
	}
	rest := file[offset:]
	if len(rest) < c.ne && !c.wantsAll() {
		return rest, swEndOfFile
	}
	return rest[:min(len(rest), c.ne)], swOK
}

// getData answers GET DATA (ISO/IEC 7816-4, 7.4.2) for the one object that drivers tell card versions by.
func (p *idprime) getData(c command) ([]byte, status) {
	if c.p1p2() != tagCPLC {
		return nil, swReferenceNotFound
	}
	return p.cplc, swOK
}

// verify answers VERIFY with a PIN, and without one the question for its state (ISO/IEC 7816-4, 7.5.6).
func (p *idprime) verify(c command) status {
	switch {
	case c.p1 != 0:
		return swWrongP1P2
	case c.p2 != pinReference:
		return swReferenceNotFound
	case !c.isPINTry():
		return p.pin.state()
	}
	return p.pin.verify(c.data)
}

// renew answers CHANGE REFERENCE DATA and RESET RETRY COUNTER in the form in which OpenSC 0.23 sends them to every
// IDPrime card (card-idprime.c leaves PIN commands to iso7816.c): the PIN's own reference, and both codes padded as the
// PIN is. A card that Thales' own software has set up may keep an administrator's key in the PUK's place, which unblocks
// by challenge and response (Microsoft Smart Card Minidriver Specification 7.07, CardUnblockPin); OpenSC cannot do that.
func (p *idprime) renew(c command) status {
	switch {
	case c.p2 != pinReference:
		return swReferenceNotFound
	case c.ins == insChangeReferenceData:
		return p.pin.change(c.p1, c.data)
	}
	return p.pin.unblock(c.p1, c.data)
}

// setEnvironment answers MANAGE SECURITY ENVIRONMENT: SET of the digital signature template (ISO/IEC 7816-4, 7.5.11).
func (p *idprime) setEnvironment(c command) status {
	if c.p1p2() != 0x41B6 {
		return swWrongP1P2
	}
	objects, ok := parseShortTLVs(c.data)
	algRef, keyRef := objects[0x80], objects[0x84] // algorithm and private key references (ISO/IEC 7816-4, table 33)
	if !ok || len(algRef) != 1 || len(keyRef) != 1 {
		return swWrongData
	}
	alg, ok := algorithmOf(algRef[0])
	if !ok {
		return swWrongData
	}
	key, ok := p.keys[keyRef[0]]
	if !ok {
		return swReferenceNotFound
	}
	p.env, p.digest = &environment{key: key, alg: alg}, nil
	return swOK
}

func (p *idprime) perform(c command) ([]byte, status) {
	switch c.p1p2() {
	case psoHash:
		return p.takeDigest(c)
	case psoSign:
		return p.signDigest(c)
	}
	return nil, swWrongP1P2
}

// takeDigest answers PSO HASH: data object 90 holds a finished hash, which IDPrime echoes (ISO/IEC 7816-8, 5.5).
func (p *idprime) takeDigest(c command) ([]byte, status) {
	p.digest = nil
	if p.env == nil {
		return nil, swConditions
	}
	objects, ok := parseShortTLVs(c.data)
	digest := objects[0x90]
	if !ok || len(digest) == 0 || !p.env.alg.fits(len(digest), p.env.key.Size()) {
		return nil, swWrongData
	}
	p.digest = bytes.Clone(digest)
	return bytes.Clone(digest), swOK
}

// signDigest answers PSO COMPUTE DIGITAL SIGNATURE over the hash given before (ISO/IEC 7816-8, 5.4).
func (p *idprime) signDigest(c command) ([]byte, status) {
	digest := p.digest
	p.digest = nil
	switch {
	case len(c.data) > 0:
		return nil, swWrongLength
	case p.env == nil || digest == nil:
		return nil, swConditions
	case !p.pin.verified:
		return nil, swSecurityStatus
	}
	signature, err := p.signer(p.env.key, p.env.alg, digest)
	if err != nil {
		return nil, swNoDiagnosis
	}
	return signature, swOK
}

// getChallenge answers GET CHALLENGE with at most 16 random bytes, or 8 where P2 says so (ISO/IEC 7816-4, 7.5.3).
func getChallenge(c command) ([]byte, status) {
	lengths := map[int]int{0x0000: 16, 0x0001: 8}
	n, known := lengths[c.p1p2()]
	switch {
	case !known:
		return nil, swWrongP1P2
	case len(c.data) > 0 || c.ne == 0:
		return nil, swWrongLength
	}
	challenge := make([]byte, min(n, c.ne))
	rand.Read(challenge) // never fails (crypto/rand)
	return challenge, swOK
}
