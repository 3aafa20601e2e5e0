using System.Data.Common;

namespace Propolis.Silo.Storage;

/// <summary>One piece of work for the writing thread; told its end only after the commit.</summary>
abstract class SqliteWrite
{
    /// <summary>Runs the statements.</summary>
    /// <returns>Whether they are to be kept.</returns>
    public abstract bool Run(DbConnection connection);

    /// <summary>The commit is on disk.</summary>
    public abstract void Finish();

    /// <summary>There was no commit.</summary>
    public abstract void Fail(Exception cause);
}

/// <summary>Work with an answer.</summary>
sealed class SqliteWrite<T>(Func<DbConnection, Task<T>> work) : SqliteWrite
{
    readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T _answer = default!;
    Exception? _fault;

    public Task<T> Done => _done.Task;

    public override bool Run(DbConnection connection)
    {
        try
        {
            // SQLite's provider is synchronous: the task has ended when it is returned.
            _answer = work(connection).GetAwaiter().GetResult();
            return true;
        }
        catch (Exception e)
        {
            _fault = e as StoreException ?? new StoreException($"the database could not be written: {e.Message}", e);
            return false;
        }
    }

    public override void Finish()
    {
        if (_fault is null)
            _done.TrySetResult(_answer);
        else
            _done.TrySetException(_fault);
    }

    public override void Fail(Exception cause) => _done.TrySetException(_fault ?? cause);
}
