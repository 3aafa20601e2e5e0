using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Propolis.Silo.Storage;

/// <summary>
/// SQLite with a write-ahead log. One thread writes; writes that arrive while it works go to disk together with the next commit, so that many
/// writers wait for few flushes. Readers have their own connections.
/// </summary>
public sealed class SqliteDatabase : IDatabase
{
    const int LongestGroup = 256;

    readonly string _connectionString;
    readonly BlockingCollection<SqliteWrite> _writes = [];
    readonly ConcurrentBag<SqliteConnection> _readers = [];
    readonly SqliteConnection _writer;
    readonly Thread _thread;

    /// <summary>Opens or makes a database file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public SqliteDatabase(string path)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString();
        _writer = Open();
        _thread = new Thread(WriteLoop) { Name = "sqlite-writer", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Sqlite;

    /// <inheritdoc/>
    public long? Epoch { get; set; }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default)
    {
        if (!_readers.TryTake(out var connection))
            connection = Open();
        try
        {
            return await work(connection);
        }
        catch (DbException e)
        {
            throw new StoreException($"the database could not be read: {e.Message}", e);
        }
        finally
        {
            _readers.Add(connection);
        }
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default)
    {
        var write = new SqliteWrite<T>(work);
        try
        {
            _writes.Add(write, cancel);
        }
        catch (InvalidOperationException e)
        {
            throw new StoreException("the database is closed", e);
        }
        return await write.Done;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _writes.CompleteAdding();
        await Task.Run(_thread.Join);
        await _writer.DisposeAsync();
        while (_readers.TryTake(out var reader))
            await reader.DisposeAsync();
        _writes.Dispose();
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            // FULL: with WAL, a commit survives a power failure only when each one is flushed.
            connection.Execute("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 30000;");
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new StoreException($"the database {connection.DataSource} cannot be opened: {e.Message}", e);
        }
    }

    void WriteLoop()
    {
        var group = new List<SqliteWrite>();
        foreach (var first in _writes.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < LongestGroup && _writes.TryTake(out var next))
                group.Add(next);
            WriteGroup(group);
            group.Clear();
        }
    }

    void WriteGroup(List<SqliteWrite> group)
    {
        try
        {
            using var transaction = _writer.BeginTransaction();
            if (Epoch is { } epoch && _writer.QueryFirstOrDefault<long?>("select epoch from lease where id = 1", transaction: transaction) != epoch)
                throw new LeaseLostException();
            foreach (var write in group)
                RunOne(write);
            transaction.Commit();
        }
        catch (Exception e)
        {
            group.ForEach(write => write.Fail(e as StoreException ?? new StoreException($"the database could not be written: {e.Message}", e)));
            return;
        }
        group.ForEach(write => write.Finish());
    }

    void RunOne(SqliteWrite write)
    {
        _writer.Execute("savepoint one");
        if (!write.Run(_writer))
            _writer.Execute("rollback to one");
        _writer.Execute("release one");
    }
}
