/** Labels to build names from. None of them is a special-use name (RFC 6761), which resolvers answer by themselves. */
export const words: readonly string[] = (
  "acorn adit agate alder amber anchor apex ash badger barley basil beacon beech birch bramble brook cairn cedar chalk clover cobalt " +
  "comet copper coral crane cypress dale damson delta drift dune eagle ember fable falcon fennel fern finch flint fjord garnet gate " +
  "ginger glade granite grove harbor hazel heath heron holly indigo iris ivy jade jasper juniper kelp kestrel lagoon larch lark " +
  "laurel lichen linden lotus lupin magnet maple marsh meadow mica mill mint moss myrtle nettle north nutmeg oak oasis ochre olive " +
  "onyx opal orchid osprey otter oxbow pearl pebble pine plover poplar prism quarry quartz quill raven reed ridge river robin rowan " +
  "rye saffron sage salt sedge shale shore slate sorrel spruce stone swift tarn teal thistle thyme topaz tulip umber vale vetch " +
  "walnut wharf willow wren yarrow yew zephyr zinc"
).split(" ");
