namespace Propolis.Toml;

/// <summary>
/// How a table came to be, which decides what may still be added to it (TOML 1.0, "Keys" and "Table").
/// </summary>
enum TomlDefinition
{
    /// <summary>Only named on the way to another table by a header: a header or a dotted key may still define it.</summary>
    Implicit,

    /// <summary>Defined by its own header, or the root: no header defines it again and no dotted key adds to it.</summary>
    Header,

    /// <summary>Defined by a dotted key: further dotted keys add to it, a header only adds tables below it.</summary>
    Dotted,

    /// <summary>Written in braces: complete.</summary>
    Inline,
}
