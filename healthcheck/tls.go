package healthcheck

// TLS for the kinds that speak it, and what can be wrong with a certificate in plain
// words.

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"
)

// startTLS shakes hands over conn, whose deadline is the only one. Its errors are in
// words.
func startTLS(conn net.Conn, config *tls.Config, r *report, timeout time.Duration) (*tls.Conn, error) {
	start := time.Now()
	secured := tls.Client(conn, config)
	if err := secured.Handshake(); err != nil {
		return nil, errors.New("TLS: " + tlsWords(err, config.ServerName, timeout))
	}
	r.phases.TLS = time.Since(start)
	if config.InsecureSkipVerify {
		r.say("TLS ok (certificate not verified)")
	} else {
		r.say("TLS ok")
	}
	return secured, nil
}

func tlsWords(err error, name string, timeout time.Duration) string {
	var (
		notTLS    tls.RecordHeaderError
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
	)
	switch {
	case errors.As(err, &notTLS):
		return "what came back is not TLS"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		const day = "2006-01-02 15:04 MST"
		return fmt.Sprintf("the certificate is valid only from %s to %s",
			invalid.Cert.NotBefore.UTC().Format(day), invalid.Cert.NotAfter.UTC().Format(day))
	case errors.As(err, &authority):
		return "no known authority has signed the certificate"
	case errors.As(err, &hostname):
		return "the certificate is not for " + name
	default:
		return words(err, "handshake", timeout)
	}
}
