namespace Propolis.Silo.Storage;

/// <summary>Finds the kind of database that a text means.</summary>
public static class Databases
{
    /// <summary>
    /// Opens a database and brings its tables up to date. A text with <c>Host=</c> is a PostgreSQL connection string, <c>postgres://user:password@host/database</c>
    /// is one, too; any other text is the path of an SQLite file.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="StoreException">It cannot be opened, or is of a later version.</exception>
    public static async Task<IDatabase> OpenAsync(string text)
    {
        IDatabase database = IsPostgres(text) ? new PostgresDatabase(ConnectionString(text)) : new SqliteDatabase(text);
        try
        {
            await Schema.ApplyAsync(database);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    static bool IsPostgres(string text) =>
        text.Contains("host=", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    static string ConnectionString(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new StoreException($"\"{text}\" is not a database address; postgres://user:password@host:port/database would be one");
        var user = uri.UserInfo.Split(':', 2);
        var builder = new Npgsql.NpgsqlConnectionStringBuilder { Host = uri.Host, Port = uri.Port > 0 ? uri.Port : 5432, Database = uri.AbsolutePath.Trim('/') };
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        return builder.ToString();
    }
}
