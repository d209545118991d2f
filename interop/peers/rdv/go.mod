module rdvpeer

go 1.22

require github.com/betamos/rdv v0.0.6

require (
	github.com/libp2p/go-reuseport v0.4.0 // indirect
	golang.org/x/sys v0.19.0 // indirect
)
