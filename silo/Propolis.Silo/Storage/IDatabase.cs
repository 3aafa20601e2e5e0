using System.Data.Common;

namespace Propolis.Silo.Storage;

/// <summary>One database of either kind. Work may run more than once and must leave nothing behind but its statements.</summary>
public interface IDatabase : IAsyncDisposable
{
    /// <summary>What differs in the words of its SQL.</summary>
    SqlDialect Dialect { get; }

    /// <summary>The lease that every write must hold; null while none is needed.</summary>
    long? Epoch { get; set; }

    /// <summary>Reads, outside of any transaction.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="work">Statements on the connection.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default);

    /// <summary>Writes, in a transaction that is on disk when the task ends.</summary>
    /// <typeparam name="T">What the work answers.</typeparam>
    /// <param name="work">Statements on the connection.</param>
    /// <param name="cancel">Ends the wait, not the work.</param>
    Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel = default);
}
