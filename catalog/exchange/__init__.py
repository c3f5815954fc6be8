"""Products in and out as files.

table, decoding      a file as rows            spill       the rows of a product together, on disk
shopify, woocommerce, own    rows as an Item: what the file says of a product
merging              Item and shop as a Plan   importing   plans carried out, told of by line
exporting            the shop as our own file  pictures, fetching    files and addresses of pictures
"""
