package vcard

import (
	"bytes"
	"encoding/binary"
)

// isoAppletAID names IsoApplet, a PKCS #15 application for Java cards. OpenSC has no driver for PKCS #15 cards as such: a
// driver is chosen by the ATR, which is an IDPrime's here, or by an application that the card has. OpenSC's driver of this
// one keeps to ISO/IEC 7816-4 and -8 and reads whatever PKCS #15 files are there (card-isoApplet.c), and it is asked for
// after IDPrime's, which leaves a card without its application alone.
func isoAppletAID() []byte {
	return []byte{0xF2, 0x76, 0xA2, 0x88, 0xBC, 0xFB, 0xA6, 0x9D, 0x34, 0xF3, 0x10, 0x01}
}

// isoAppletVersion is what IsoApplet tells when it is selected: version 0.6, and none of its extras (card-isoApplet.c).
func isoAppletVersion() []byte { return []byte{0x00, 0x06, 0x00} }

// algRSAPKCS1 is IsoApplet's algorithm reference for RSA with PKCS #1 v1.5 padding of whatever comes (card-isoApplet.c).
const algRSAPKCS1 = 0x11

// pkcs15 behaves as a card with ISO/IEC 7816-15 files: one PIN guards the keys to log in with, another those of
// signatures.
type pkcs15 struct {
	files  map[string][]byte // by path below the master file, which is the empty path; a DF has no content
	keys   map[byte]guardedKey
	auth   *pin
	sign   *pin
	signer signFunc

	folder  string      // path of the selected DF
	current []byte      // the selected file; nil when none is
	key     *guardedKey // to sign with; nil until it is set
}

func newPKCS15(content *Content, o Options) (*pkcs15, error) {
	auth, err := newPINWithPUK(o.PIN, o.PUK, o.Tries)
	if err != nil {
		return nil, err
	}
	forSignatures, err := newPINWithPUK(o.SignPIN, o.SignPUK, o.Tries)
	if err != nil {
		return nil, err
	}
	files, err := p15Files(content, auth, forSignatures)
	if err != nil {
		return nil, err
	}
	return &pkcs15{
		files:  files,
		keys:   p15Keys(content, auth, forSignatures),
		auth:   auth,
		sign:   forSignatures,
		signer: sign,
	}, nil
}

func (p *pkcs15) showing(c *Content) (personality, error) {
	files, err := p15Files(c, p.auth, p.sign)
	if err != nil {
		return nil, err
	}
	other := *p
	other.files, other.keys = files, p15Keys(c, p.auth, p.sign)
	return &other, nil
}

func (p *pkcs15) authPIN() *pin { return p.auth }

func (p *pkcs15) signPIN() *pin { return p.sign }

func (p *pkcs15) setSigner(s signFunc) { p.signer = s }

func (p *pkcs15) reset() {
	p.auth.verified, p.sign.verified = false, false
	p.enter("")
}

// enter selects a DF.
func (p *pkcs15) enter(folder string) { p.folder, p.current, p.key = folder, nil, nil }

func (p *pkcs15) execute(c command) ([]byte, status) {
	switch c.ins {
	case insSelect:
		return p.selectFile(c)
	case insReadBinary:
		return readBinary(p.current, c)
	case insVerify, insChangeReferenceData, insResetRetryCounter:
		return nil, p.present(c)
	case insManageSecurityEnv:
		return nil, p.setEnvironment(c)
	case insPerformSecurityOp:
		return p.signData(c)
	case insGetChallenge:
		return getChallenge(c)
	}
	return nil, swWrongIns
}

// selectFile answers SELECT by name, by identifier, and by path from the master file or from the present DF (ISO/IEC
// 7816-4, 7.1.1).
func (p *pkcs15) selectFile(c command) ([]byte, status) {
	switch c.p1 {
	case 0x00:
		return p.selectIdentifier(string(c.data), c.p2)
	case 0x04:
		return p.selectApplication(c)
	case 0x08:
		return p.selectPath(string(c.data), c.p2)
	case 0x09:
		return p.selectPath(p.folder+string(c.data), c.p2)
	}
	return nil, swWrongP1P2
}

// selectApplication selects the PKCS #15 application by its own name, or IsoApplet, which answers with its version.
func (p *pkcs15) selectApplication(c command) ([]byte, status) {
	switch {
	case bytes.Equal(c.data, isoAppletAID()):
		p.enter("")
		return isoAppletVersion(), swOK
	case bytes.Equal(c.data, p15AID()):
		return p.selectPath(path(fileApplication), c.p2)
	}
	return nil, swFileNotFound
}

// selectIdentifier finds the master file, a child of the present DF, or a child of the master file.
func (p *pkcs15) selectIdentifier(id string, p2 byte) ([]byte, status) {
	switch _, child := p.files[p.folder+id]; {
	case id == path(fileMaster):
		return p.selectPath("", p2)
	case len(id) != len(path(fileMaster)):
		return nil, swFileNotFound
	case child:
		return p.selectPath(p.folder+id, p2)
	}
	return p.selectPath(id, p2)
}

// selectPath selects a file by its path below the master file.
func (p *pkcs15) selectPath(at string, p2 byte) ([]byte, status) {
	file, found := p.files[at]
	if !found {
		return nil, swFileNotFound
	}
	control, st := fileControl(p2, p15Description(at, file))
	switch {
	case st != swOK:
	case file == nil:
		p.enter(at)
	default:
		p.folder, p.current = at[:len(at)-len(path(fileMaster))], file
	}
	return control, st
}

// p15Description describes a file as an IDPrime card does, and a DF by its kind (82: DF) and its identifier (83; ISO/IEC
// 7816-4, tables 12 and 14).
func p15Description(at string, file []byte) []byte {
	full := path(fileMaster) + at
	id := binary.BigEndian.Uint16([]byte(full[len(full)-2:]))
	if file != nil {
		return fileDescription(id, len(file))
	}
	return append(shortTLV(0x82, 0x38), shortTLV(0x83, byte(id>>8), byte(id))...)
}

// present answers the commands that carry a code: VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER.
func (p *pkcs15) present(c command) status {
	code := map[byte]*pin{referenceAuth: p.auth, referenceSign: p.sign}[c.p2]
	switch {
	case code == nil:
		return swReferenceNotFound
	case c.ins == insChangeReferenceData:
		return code.change(c.p1, c.data)
	case c.ins == insResetRetryCounter:
		return code.unblock(c.p1, c.data)
	case c.p1 != 0:
		return swWrongP1P2
	case !c.isPINTry():
		return code.state()
	}
	return code.verify(c.data)
}

// setEnvironment answers MANAGE SECURITY ENVIRONMENT: SET of the digital signature template (ISO/IEC 7816-4, 7.5.11).
func (p *pkcs15) setEnvironment(c command) status {
	p.key = nil
	if c.p1p2() != 0x41B6 {
		return swWrongP1P2
	}
	objects, ok := parseShortTLVs(c.data)
	algRef, keyRef := objects[0x80], objects[0x84] // algorithm and private key references (ISO/IEC 7816-4, table 33)
	if !ok || len(keyRef) != 1 || len(algRef) != 1 || algRef[0] != algRSAPKCS1 {
		return swWrongData
	}
	key, ok := p.keys[keyRef[0]]
	if !ok {
		return swReferenceNotFound
	}
	p.key = &key
	return swOK
}

// signData answers PSO COMPUTE DIGITAL SIGNATURE over the data that it brings (ISO/IEC 7816-8, 5.4).
func (p *pkcs15) signData(c command) ([]byte, status) {
	plain := algorithm{}
	switch {
	case c.p1p2() != psoSign:
		return nil, swWrongP1P2
	case p.key == nil:
		return nil, swConditions
	case len(c.data) == 0 || !plain.fits(len(c.data), p.key.Size()):
		return nil, swWrongData
	case !p.key.pin.verified:
		return nil, swSecurityStatus
	}
	signature, err := p.signer(p.key.PrivateKey, plain, c.data)
	if err != nil {
		return nil, swNoDiagnosis
	}
	return signature, swOK
}
