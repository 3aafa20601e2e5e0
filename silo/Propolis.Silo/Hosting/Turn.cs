using System.Diagnostics;

namespace Propolis.Silo.Hosting;

/// <summary>One call in a grain's queue.</summary>
/// <param name="key">The grain's key.</param>
/// <param name="call">What to do.</param>
/// <param name="cause">The trace that it belongs to.</param>
sealed class Turn(string key, Func<IEntityGrain, Task<object?>> call, ActivityContext cause)
{
    readonly TaskCompletionSource<object?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The call's end.</summary>
    public Task<object?> Answer => _answer.Task;

    /// <summary>Runs the call; its failure goes to the caller only.</summary>
    public async Task RunAsync(IEntityGrain grain)
    {
        using var trace = CallTrace.Begin(key, cause);
        try
        {
            _answer.TrySetResult(await call(grain));
        }
        catch (System.Reflection.TargetInvocationException e)
        {
            _answer.TrySetException(e.InnerException ?? e);
        }
        catch (Exception e)
        {
            _answer.TrySetException(e);
        }
    }

    /// <summary>The caller does not wait any longer; what becomes of the call is not known to it.</summary>
    public void Expire() => _answer.TrySetException(new TimeoutException());

    /// <summary>The call is not begun.</summary>
    public void Fail(Exception cause) => _answer.TrySetException(cause);
}
