package p11

import (
	"bytes"
	"crypto"
	"errors"
	"slices"
	"testing"

	"siths-agent/agent/broker/p11/remote"
	"siths-agent/agent/broker/p11/rpc"
	"siths-agent/agent/broker/system"
	"siths-agent/pcsc/token"
)

// TestAskingForALengthCostsNothing: the card is not asked, and the operation goes on.
func TestAskingForALengthCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	if err := signInit(c, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}); err != nil {
		t.Fatal(err)
	}
	const newClientsEmptyRoom = 0xffffffff
	for _, room := range []int{0, 1, 255, newClientsEmptyRoom} {
		if signature, length, err := signOnce(c, number, []byte("x"), room); err != nil || signature != nil || length != 256 {
			t.Errorf("with room for %d it is %d bytes of %d: %v", room, len(signature), length, err)
		}
	}
	if got := w.signatures(); got != 0 {
		t.Errorf("the card has signed %d times", got)
	}
	if signature, _, err := signOnce(c, number, []byte("x"), 256); err != nil || len(signature) != 256 || w.signatures() != 1 {
		t.Errorf("then it is %d bytes, %v, of %d signatures", len(signature), err, w.signatures())
	}
	if _, _, err := signOnce(c, number, []byte("x"), 256); !errors.Is(err, rpc.OperationNotInitialized) {
		t.Errorf("and then %v", err)
	}
}

func TestASignatureIsMadeOfParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	pss, _, _ := rpc.PSSFor(crypto.SHA384)
	if err := signInit(c, number, key, rpc.Mechanism{Type: rpc.MechSHA384RSAPKCSPSS, PSS: &pss}); err != nil {
		t.Fatal(err)
	}
	d := crypto.SHA384.New()
	for range 3 {
		part := bytes.Repeat([]byte("part"), 10_000)
		_, _ = d.Write(part)
		if err := update(c, number, part); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := signOnce(c, number, nil, 0); !errors.Is(err, rpc.OperationNotInitialized) {
		t.Errorf("C_Sign in the middle of parts comes to %v", err)
	}
	r, err := c.Call(rpc.SignFinal, func(w *rpc.Writer) {
		w.Ulong(number)
		w.Room(256)
	})
	if err != nil {
		t.Fatal(err)
	}
	signature, _ := r.ByteArray()
	if err := verifies(w.card, crypto.SHA384, true, d.Sum(nil), signature); err != nil || r.Done() != nil {
		t.Error(err)
	}
}

func update(c *remote.Conn, session uint64, part []byte) error {
	r, err := c.Call(rpc.SignUpdate, func(w *rpc.Writer) {
		w.Ulong(session)
		w.ByteArray(part)
	})
	if err != nil {
		return err
	}
	return r.Done()
}

func TestHashedDataHasABound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	if err := signInit(c, number, key, rpc.Mechanism{Type: rpc.MechRSAPKCS}); err != nil {
		t.Fatal(err)
	}
	if err := update(c, number, make([]byte, maxRaw)); err != nil {
		t.Fatal(err)
	}
	if err := update(c, number, []byte{0}); !errors.Is(err, rpc.DataLenRange) {
		t.Errorf("one byte more comes to %v", err)
	}
	if err := update(c, number, []byte{0}); !errors.Is(err, rpc.OperationNotInitialized) {
		t.Errorf("after that it is %v", err)
	}
}

func TestOnlyWhatTheCardManagesIsOffered(t *testing.T) {
	t.Parallel()
	all := mechanismsFor(token.Schemes())
	some := mechanismsFor([]token.Scheme{token.PKCS1SHA256})
	if len(all) != 8 || !slices.Equal(some, []uint64{uint64(rpc.MechRSAPKCS), uint64(rpc.MechSHA256RSAPKCS)}) {
		t.Errorf("of all ways %#x, of one %#x", all, some)
	}
	pss, name384, _ := rpc.PSSFor(crypto.SHA384)
	wrong := pss
	wrong.SaltLength = 20
	schemes := []token.Scheme{token.PKCS1SHA256, token.PSSSHA384}
	for what, c := range map[string]struct {
		m    rpc.Mechanism
		want error
	}{
		"a way that it manages":      {rpc.Mechanism{Type: rpc.MechRSAPKCSPSS, PSS: &pss}, nil},
		"a salt of another length":   {rpc.Mechanism{Type: rpc.MechRSAPKCSPSS, PSS: &wrong}, rpc.MechanismParamInvalid},
		"parameters of another hash": {rpc.Mechanism{Type: rpc.MechSHA256RSAPKCSPSS, PSS: &pss}, rpc.MechanismParamInvalid},
		"a hash that it does not":    {rpc.Mechanism{Type: rpc.MechSHA512RSAPKCS}, rpc.MechanismInvalid},
		"raw RSA":                    {rpc.Mechanism{Type: 3}, rpc.MechanismInvalid},
		"SHA-1":                      {rpc.Mechanism{Type: 6}, rpc.MechanismInvalid},
	} {
		if _, err := begin(c.m, schemes); !errors.Is(err, c.want) {
			t.Errorf("%s comes to %v", what, err)
		}
	}
	op, err := begin(rpc.Mechanism{Type: rpc.MechRSAPKCS}, schemes)
	if err != nil || op.add(append(name384, make([]byte, 48)...)) != nil {
		t.Fatal(err)
	}
	if _, _, err := op.digest(); !errors.Is(err, rpc.DataInvalid) {
		t.Errorf("a digest of a hash that it does not sign comes to %v", err)
	}
}

func TestTheKeyItselfIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	for kind := rpc.AttrPrivateExponent; kind <= rpc.AttrCoefficient; kind++ {
		if _, err := c.Attribute(number, key, kind); !errors.Is(err, rpc.AttributeSensitive) {
			t.Errorf("attribute %#x comes to %v", kind, err)
		}
	}
	for kind, want := range map[uint32][]byte{rpc.AttrSensitive: {1}, rpc.AttrExtractable: {0}, rpc.AttrSign: {1}, rpc.AttrDecrypt: {0},
		rpc.AttrAlwaysAuthenticate: {0}, rpc.AttrModulus: w.card.Auth.Key.N.Bytes()} {
		if got, err := c.Attribute(number, key, kind); err != nil || !bytes.Equal(got, want) {
			t.Errorf("attribute %#x is %x: %v", kind, got, err)
		}
	}
}

// TestAttributesAreToldAsFarAsTheyCanBe is PKCS#11 2.40, 5.7: what is wrong with one takes nothing from the others.
func TestAttributesAreToldAsFarAsTheyCanBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	for what, q := range map[string]struct {
		wanted []rpc.Wanted
		want   rpc.RV
	}{
		"a length":              {[]rpc.Wanted{{Type: rpc.AttrModulus}, {Type: rpc.AttrClass, Room: 8}}, rpc.OK},
		"too little room":       {[]rpc.Wanted{{Type: rpc.AttrModulus, Room: 255}, {Type: rpc.AttrClass, Room: 8}}, rpc.BufferTooSmall},
		"what there is not":     {[]rpc.Wanted{{Type: 0x80000001, Room: 8}, {Type: rpc.AttrClass, Room: 8}}, rpc.AttributeTypeInvalid},
		"what is not to be had": {[]rpc.Wanted{{Type: rpc.AttrPrime1, Room: 128}, {Type: rpc.AttrClass, Room: 8}}, rpc.AttributeSensitive},
	} {
		r, err := c.Call(rpc.GetAttributeValue, func(w *rpc.Writer) {
			w.Ulong(number)
			w.Ulong(key)
			w.Wanted(q.wanted)
		})
		if err != nil {
			t.Fatal(err)
		}
		list, rv := r.Attributes(), rpc.RV(r.Ulong())
		if r.Done() != nil || rv != q.want || len(list) != 2 || !bytes.Equal(list[1].Value, rpc.Number(rpc.ClassPrivateKey)) {
			t.Errorf("%s: %v, %v", what, list, rv)
		}
	}
}

func TestObjectsAreFoundByWhatTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := dial(t, w)
	number, key := opened(t, c)
	id, err := c.Attribute(number, key, rpc.AttrID)
	if err != nil {
		t.Fatal(err)
	}
	for what, q := range map[string]struct {
		template []rpc.Attribute
		want     int
	}{
		"everything":            {nil, 4},
		"what has the key's id": {[]rpc.Attribute{{Type: rpc.AttrID, Value: id}}, 3},
		"authorities":           {[]rpc.Attribute{{Type: rpc.AttrCertificateCategory, Value: rpc.Number(rpc.CategoryAuthority)}}, 1},
		"what nothing is":       {[]rpc.Attribute{{Type: rpc.AttrClass, Value: rpc.Number(0)}}, 0},
		"an empty class":        {[]rpc.Attribute{{Type: rpc.AttrClass, Value: []byte{}}}, 0},
		"what nothing has":      {[]rpc.Attribute{{Type: 0x80000001, Value: []byte{}}}, 0},
		"a value that is none":  {[]rpc.Attribute{{Type: rpc.AttrID}}, 0},
		"the key with another's certificate": {[]rpc.Attribute{{Type: rpc.AttrID, Value: id},
			{Type: rpc.AttrCertificateCategory, Value: rpc.Number(rpc.CategoryAuthority)}}, 0},
	} {
		if found, err := c.Find(number, q.template...); err != nil || len(found) != q.want {
			t.Errorf("%s: %v, %v", what, found, err)
		}
	}
}

func TestOneProgramsGoodbyeIsNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, anyProgram("web", system.TLS), anyProgram("shell", system.SSH))
	leaves, stays := dial(t, w), dial(t, w)
	number, key := opened(t, stays)
	mine, _ := opened(t, leaves)
	if err := errors.Join(leaves.Do(rpc.Logout, mine), leaves.Do(rpc.CloseAllSessions, theSlot), leaves.Do(rpc.Finalize)); err != nil {
		t.Fatal(err)
	}
	if err := leaves.Do(rpc.Logout, mine); !errors.Is(err, rpc.SessionHandleInvalid) {
		t.Errorf("its own session comes to %v", err)
	}
	if _, _, err := sign(stays, number, key, rpc.Mechanism{Type: rpc.MechSHA256RSAPKCS}, []byte("x"), 256); err != nil {
		t.Error(err)
	}
}

func TestKinitAndSSHFindThePersonsCertificateAlone(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"/usr/bin/kinit", "/usr/bin/ssh-keygen"} {
		w := newWorld(t)
		w.as = program
		c := dial(t, w)
		number, _ := opened(t, c)
		certificates, err := c.Find(number, rpc.Attribute{Type: rpc.AttrClass, Value: rpc.Number(rpc.ClassCertificate)})
		if err != nil || len(certificates) != 1 {
			t.Fatalf("%s: %v, %v", program, certificates, err)
		}
		value, err := c.Attribute(number, certificates[0], rpc.AttrValue)
		if err != nil || !bytes.Equal(value, w.card.Auth.Cert.Raw) {
			t.Errorf("%s: it is not the person's: %v", program, err)
		}
	}
}
