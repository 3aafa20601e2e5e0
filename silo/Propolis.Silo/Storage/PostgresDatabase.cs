using System.Data.Common;
using Dapper;
using Npgsql;

namespace Propolis.Silo.Storage;

/// <summary>PostgreSQL through a pool of connections.</summary>
public sealed class PostgresDatabase : IDatabase
{
    readonly NpgsqlDataSource _source;

    /// <summary>A pool for a connection string; connects when first used.</summary>
    /// <param name="connectionString">As Npgsql takes it.</param>
    public PostgresDatabase(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 40 };
        if (builder.CommandTimeout == 30)
            builder.CommandTimeout = 15;
        _source = NpgsqlDataSource.Create(builder);
    }

    /// <summary>The pool, for what shares the database with the silo.</summary>
    public NpgsqlDataSource Source => _source;

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Postgres;

    /// <inheritdoc/>
    public long? Epoch { get; set; }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancel);
            return await work(connection);
        }
        catch (DbException e)
        {
            throw new StoreException($"the database could not be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            if (Epoch is { } epoch && await connection.QueryFirstOrDefaultAsync<long?>("select epoch from lease where id = 1 for share") != epoch)
                throw new LeaseLostException();
            var answer = await work(connection);
            await transaction.CommitAsync(cancel);
            return answer;
        }
        catch (DbException e)
        {
            throw new StoreException($"the database could not be written: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
