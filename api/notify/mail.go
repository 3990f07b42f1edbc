package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/netip"
	"net/smtp"
	"strings"
	"time"

	"vigie/catalog/wording"
)

// Mail says how mail is sent. The password comes from a file or the environment, never from a flag that others see.
type Mail struct {
	Address  string // host:port of the server; empty: no mail is sent
	From     string
	User     string
	Password string
	Plain    bool           // the server is known to offer no encryption, and that is accepted
	Direct   bool           // encrypted from the first byte, whatever the port
	Roots    *x509.CertPool // nil: those of the system
}

var errMail = errors.New("mail is not set up")

// mailTimeout bounds a whole conversation with the server.
const mailTimeout = 30 * time.Second

// Compose writes a message as RFC 5322 wants it: plain text in one language, no header that a value could add to.
func (m Mail) Compose(to string, l wording.Lang, e Event, link string, at time.Time) ([]byte, error) {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, fmt.Errorf("sender of mail: %w", err)
	}
	rcpt, err := mail.ParseAddress(to)
	if err != nil {
		return nil, errors.New("not an address of mail")
	}
	sum := sha256.Sum256([]byte(e.ID + "\x00" + rcpt.Address))
	_, domain, _ := strings.Cut(from.Address, "@")
	var b strings.Builder
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("From", from.String())
	header("To", rcpt.String())
	header("Subject", mime.QEncoding.Encode("utf-8", "Vigie · "+oneLine(e.Title.In(l))))
	header("Date", at.Format(time.RFC1123Z))
	header("Message-ID", "<"+hex.EncodeToString(sum[:16])+"@"+domain+">")
	header("MIME-Version", "1.0")
	header("Content-Language", string(l))
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	header("Auto-Submitted", "auto-generated") // no out-of-office answers to a program (RFC 3834)
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	text := wording.Typeset(l, e.Title.In(l)) + "\r\n\r\n" + wording.Typeset(l, e.Text.In(l)) + "\r\n"
	if link != "" {
		text += "\r\n" + link + "\r\n"
	}
	if _, err := q.Write([]byte(text)); err != nil {
		return nil, err
	}
	return []byte(b.String()), q.Close()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// Send hands a message to the server, encrypted: from the first byte on port 465, else by STARTTLS, which must be
// offered. Only a server on this machine may be spoken to in the clear.
func (m Mail) Send(ctx context.Context, to string, message []byte) error {
	if m.Address == "" {
		return errMail
	}
	host, port, err := net.SplitHostPort(m.Address)
	if err != nil {
		return errMail
	}
	conn, err := (&net.Dialer{Timeout: mailTimeout}).DialContext(ctx, "tcp", m.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(mailTimeout)); err != nil {
		return err
	}
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: m.Roots}
	direct := m.Direct || port == "465"
	if direct {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer c.Close()
	if !direct {
		if ok, _ := c.Extension("STARTTLS"); ok {
			err = c.StartTLS(secure)
		} else if !m.Plain && !local(conn.RemoteAddr()) {
			err = errors.New("the mail server offers no encryption")
		}
		if err != nil {
			return err
		}
	}
	if m.User != "" {
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return err
		}
	}
	return deliver(c, m.From, to, message)
}

func local(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}

func deliver(c *smtp.Client, from, to string, message []byte) error {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return err
	}
	rcpt, err := mail.ParseAddress(to)
	if err != nil {
		return err
	}
	if err := c.Mail(sender.Address); err != nil {
		return err
	}
	if err := c.Rcpt(rcpt.Address); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}
