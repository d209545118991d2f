module gocopy

go 1.22
