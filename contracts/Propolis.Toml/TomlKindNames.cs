namespace Propolis.Toml;

/// <summary>How a message names the types of TOML.</summary>
public static class TomlKindNames
{
    /// <summary>The type with its article, as in "must be a string, not an integer".</summary>
    public static string WithArticle(this TomlKind kind) => kind switch
    {
        TomlKind.String => "a string",
        TomlKind.Integer => "an integer",
        TomlKind.Float => "a float",
        TomlKind.Boolean => "a boolean",
        TomlKind.DateTime => "a date or time",
        TomlKind.Array => "an array",
        TomlKind.Table => "a table",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a TOML type"),
    };
}
