"""What a reader takes away: one document, written as HTML, as a workbook, as CSV."""
