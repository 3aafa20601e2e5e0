namespace Propolis.Silo.Storage;

/// <summary>The words that differ between the databases.</summary>
public sealed record SqlDialect
{
    /// <summary>SQLite.</summary>
    public static SqlDialect Sqlite { get; } = new()
    {
        Text = "text",
        Identity = "integer primary key autoincrement",
        Integer = "integer",
        LockSchema = null,
        OrderEvents = null,
    };

    /// <summary>PostgreSQL.</summary>
    public static SqlDialect Postgres { get; } = new()
    {
        Text = "text collate \"C\"",
        Identity = "bigint generated always as identity primary key",
        Integer = "bigint",
        LockSchema = "select pg_advisory_xact_lock(7340031)",
        OrderEvents = "select pg_advisory_xact_lock(7340032)",
    };

    /// <summary>Text that is compared by its bytes.</summary>
    public required string Text { get; init; }

    /// <summary>A number that the database gives, rising.</summary>
    public required string Identity { get; init; }

    /// <summary>A number of 64 bits.</summary>
    public required string Integer { get; init; }

    /// <summary>Said before tables are made or changed, so that silos that start at once do it one after the other. Null where writers wait anyway.</summary>
    public required string? LockSchema { get; init; }

    /// <summary>
    /// Said before events are written: makes writers wait for each other, so that no event becomes visible behind one with a higher number and
    /// readers that resume by number miss none. Null where writers wait anyway.
    /// </summary>
    public required string? OrderEvents { get; init; }
}
