// Tests of the observed address behind a reverse proxy.

package main

import (
	"net/http"
	"testing"
)

func TestForwardedAddrTakesWhatTheNearestProxyAppended(t *testing.T) {
	for _, c := range []struct{ forwardedFor, port, want string }{
		{"198.51.100.9", "39841", "198.51.100.9:39841"},
		{"10.0.0.1, 198.51.100.9", "1", "198.51.100.9:1"},
		{"2001:db8::9", "65535", "[2001:db8::9]:65535"},
		{"", "1", ""},
		{"198.51.100.9", "", ""},
		{"198.51.100.9", "65536", ""},
		{"198.51.100.9:5", "1", ""},
	} {
		header := http.Header{"X-Forwarded-For": {c.forwardedFor}, "X-Forwarded-Port": {c.port}}
		addr, err := forwardedAddr(&http.Request{Header: header})
		if c.want == "" {
			if err == nil {
				t.Errorf("%+v: got %v", c, addr)
			}
		} else if err != nil || addr.String() != c.want {
			t.Errorf("%+v: got %v, %v", c, addr, err)
		}
	}
}
