// Package main lists what generated clients import.
package main

import _ "github.com/oapi-codegen/runtime"
