// Command gocopy is the plainest TCP relay in Go: io.Copy between two TCP connections, which on Linux becomes
// splice(2), with the half-close passed on. It is a contestant of the relay benchmark.
//
// Usage: gocopy LISTEN TARGET
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gocopy LISTEN TARGET, each as host:port")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "gocopy:", err)
		os.Exit(1)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		inbound, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "gocopy:", err)
			os.Exit(1)
		}
		go relay(inbound.(*net.TCPConn), os.Args[2])
	}
}

func relay(inbound *net.TCPConn, target string) {
	defer inbound.Close()
	dialed, err := net.Dial("tcp", target)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gocopy:", err)
		return
	}
	outbound := dialed.(*net.TCPConn)
	defer outbound.Close()
	back := make(chan struct{})
	go func() {
		defer close(back)
		copyAndEnd(inbound, outbound)
	}()
	copyAndEnd(outbound, inbound)
	<-back
}

// copyAndEnd passes on the end of from as a half-close. After a failure nothing more can get through in this
// direction, and the other side has to learn of it.
func copyAndEnd(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		from.Close()
		return
	}
	to.CloseWrite()
}
