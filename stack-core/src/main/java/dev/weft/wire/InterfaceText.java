package dev.weft.wire;

/** The two halves of an address and a prefix length written with a slash. */
record InterfaceText(IpAddress address, int length) {

    static InterfaceText split(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("the prefix length is missing from \"" + text
                    + "\": write it behind a slash, such as 10.9.0.2/24");
        }
        String digits = text.substring(slash + 1);
        if (!digits.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("not a prefix length in \"" + text + "\": \"" + digits + "\"");
        }
        return new InterfaceText(IpAddress.of(text.substring(0, slash)), Integer.parseInt(digits));
    }
}
