package files

import (
	"archive/zip"
	"os"
)

// office tells a Word or Excel file from another zip by the part that each must have.
func office(f *os.File) string {
	info, err := f.Stat()
	if err != nil {
		return "application/zip"
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return "application/zip"
	}
	for _, part := range z.File {
		switch part.Name {
		case "word/document.xml":
			return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		case "xl/workbook.xml":
			return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		}
	}
	return "application/zip"
}
