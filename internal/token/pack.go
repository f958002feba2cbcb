package token

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"

	"portico/internal/session"
)

// payload is what a token record seals. Access, Refresh and IDToken stand behind the JSON of the rest.
type payload struct {
	Version   int      `json:"v"`
	Scopes    []string `json:"scopes,omitempty"`
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	SID       string   `json:"sid,omitempty"`
	Account   string   `json:"account,omitempty"`
	NonceHash string   `json:"nonce,omitempty"`
	Until     int64    `json:"until,omitempty"` // of the refresh token, Unix seconds; 0 when it is not known

	Access  string `json:"-"`
	Refresh string `json:"-"`
	IDToken string `json:"-"`
}

const payloadVersion = 3

// words is what the deflater has seen before it begins: what tokens usually say, so that it need not be kept with each of them. The order matters, the usual things
// come last. Whoever changes it raises payloadVersion, or nobody's tokens can be read any more.
var words = []byte(`http://opisense.opinum.com/account":"allowed-origins":["https://"],"realm_access":{"roles":["default-roles-opinum","offline_access","uma_authorization"]},"resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile"]}},` +
	`"email_verified":true,"name":"","preferred_username":"","given_name":"","family_name":"","email":"","account_name":"","account":"client_id":"role":["amr":["pwd"],"idp":"local","at_hash":"","c_hash":"","nonce":"` +
	`"nbf":18,"auth_time":18,"exp":18,"iat":18,"jti":"","acr":"1","typ":"Refresh","typ":"Bearer","azp":"portico","sid":"","scope":"openid profile email datahub-api offline_access","sub":"","aud":["datahub-api","account"],"iss":"https://` +
	`{"account":1,"account_name":"","aud":["portico"],"client_id":"portico","exp":18,"http://opisense.opinum.com/account":1,"iat":18,"iss":"https://identity.opinum.com","jti":"","nbf":18,"scope":"openid profile email datahub-api offline_access","sub":"` +
	`{"alg":"HS512","typ" : "JWT","kid" : "{"alg":"RS256","typ" : "JWT","kid" : "{"alg":"RS256","kid":"","typ":"at+jwt"}{"alg":"RS256","kid":"","typ":"JWT"}{"v":3,"scopes":["openid","profile","email","datahub-api","offline_access"],"iss":"https://identity.opinum.com/realms/opinum","sub":"","sid":"","account":"1","nonce":"`)

var (
	deflaters = sync.Pool{New: func() any {
		w, err := flate.NewWriterDict(nil, flate.BestCompression, words)
		if err != nil {
			panic(err)
		}
		return w
	}}
	inflaters = sync.Pool{New: func() any { return flate.NewReaderDict(bytes.NewReader(nil), words) }}
)

// ErrTooLarge says that the identity server gave more than a record holds: tokens of tens of kilobytes, or scopes by the thousand.
var ErrTooLarge = errors.New("token: the tokens are too large to be kept")

// pack makes a payload small. Sealed text cannot be compressed, so it happens before: JWTs lose their base64, and what is text in them is deflated. Signatures stand behind it as they are: among
// random bytes text deflates worse. A stranger who chose part of a token
// and saw the length of the record could guess at the rest of the same token; nobody who sees records chooses what is in them.
func pack(p payload) ([]byte, error) {
	head, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	plain := appendText(nil, string(head))
	var signatures []byte
	for _, t := range []string{p.Access, p.Refresh, p.IDToken} {
		plain, signatures = appendToken(plain, signatures, t)
	}
	if len(plain)+len(signatures) > session.MaxSealed {
		return nil, ErrTooLarge
	}
	b, err := deflate(plain)
	return append(b, signatures...), err
}

func deflate(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	_, err := w.Write(plain)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// unpack is the inverse of pack. Anything else is session.ErrSealed.
func unpack(b []byte) (payload, error) {
	plain, signatures, err := inflate(b)
	if err != nil {
		return payload{}, session.ErrSealed
	}
	r := &reader{rest: plain, signatures: signatures}
	var p payload
	head := r.text()
	for _, t := range []*string{&p.Access, &p.Refresh, &p.IDToken} {
		*t = r.token()
	}
	if r.short || len(r.rest)+len(r.signatures) > 0 || json.Unmarshal([]byte(head), &p) != nil || p.Version != payloadVersion {
		return payload{}, session.ErrSealed
	}
	return p, nil
}

// inflate returns the text at the beginning of b and what stands behind it.
func inflate(b []byte) (plain, rest []byte, err error) {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	packed := bytes.NewReader(b)
	if err := r.(flate.Resetter).Reset(packed, words); err != nil {
		return nil, nil, err
	}
	text := bytes.NewBuffer(make([]byte, 0, 4<<10))
	if _, err := text.ReadFrom(io.LimitReader(r, session.MaxSealed+1)); err != nil {
		return nil, nil, err
	}
	return text.Bytes(), b[len(b)-packed.Len():], nil
}

// A text is its length and its bytes. A token is the number of its parts and these: one text for what is no JWT; for one the bytes of header and claims as texts, and the length of its signature.

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendToken(b, signatures []byte, t string) (text, behind []byte) {
	parts, ok := jwtParts(t)
	if !ok {
		return appendText(append(b, 1), t), signatures
	}
	b = appendText(appendText(append(b, 3), parts[0]), parts[1])
	return binary.AppendUvarint(b, uint64(len(parts[2]))), append(signatures, parts[2]...)
}

// jwtParts decodes header, claims and signature, if encoding them again gives the same text.
func jwtParts(t string) ([]string, bool) {
	parts := strings.Split(t, ".")
	for i, part := range parts {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || len(parts) != 3 || base64.RawURLEncoding.EncodedLen(len(raw)) != len(part) {
			return nil, false
		}
		parts[i] = string(raw)
	}
	return parts, true
}

// reader takes texts and tokens off what appendText and appendToken made. short is set when there is less than was asked for.
type reader struct {
	rest       []byte
	signatures []byte
	short      bool
}

func (r *reader) text() string { return r.take(&r.rest) }

// take reads a length and takes as much off from.
func (r *reader) take(from *[]byte) string {
	n, size := binary.Uvarint(r.rest)
	if size > 0 {
		r.rest = r.rest[size:]
	}
	if size <= 0 || n > uint64(len(*from)) {
		r.rest, r.short = nil, true
		return ""
	}
	text := string((*from)[:n])
	*from = (*from)[n:]
	return text
}

func (r *reader) token() string {
	if len(r.rest) == 0 || r.rest[0] != 1 && r.rest[0] != 3 {
		r.short = true
		return ""
	}
	n := r.rest[0]
	r.rest = r.rest[1:]
	if n == 1 {
		return r.text()
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(r.text())) + "." + encode([]byte(r.text())) + "." + encode([]byte(r.take(&r.signatures)))
}
