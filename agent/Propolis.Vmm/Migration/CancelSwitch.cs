namespace Propolis.Vmm.Migration;

/// <summary>A cancellation that is refused once there is no way back: of a cancel and a seal at the same moment exactly one wins.</summary>
sealed class CancelSwitch : IDisposable
{
    readonly Lock _gate = new();
    readonly CancellationTokenSource _source = new();
    bool _isSealed;

    /// <summary>Cancelled with it.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why, once it is cancelled.</summary>
    public string? Reason { get; private set; }

    /// <summary>Cancels; false when it is sealed.</summary>
    public bool TryCancel(string reason)
    {
        lock (_gate)
        {
            if (_isSealed) return false;
            Reason ??= reason;
        }
        _source.Cancel();
        return true;
    }

    /// <summary>From here on nothing can be cancelled. Throws <see cref="OperationCanceledException"/> when it has been.</summary>
    public void Seal()
    {
        lock (_gate)
        {
            if (Reason is not null) throw new OperationCanceledException();
            _isSealed = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
