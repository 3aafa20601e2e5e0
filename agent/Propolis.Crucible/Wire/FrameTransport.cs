namespace Propolis.Crucible.Wire;

/// <summary>
/// Bytes to and from the other side. One thread receives, one at a time sends; either ends with an <see cref="IOException"/> or, where
/// it receives, with 0 when the connection is over.
/// </summary>
public abstract class FrameTransport : IDisposable
{
    /// <summary>Waits for bytes; 0 at the end.</summary>
    /// <param name="target">Room for them.</param>
    /// <param name="wanted">How many the caller needs before it can go on: a hint that saves wake-ups. Fewer may come.</param>
    public abstract int Receive(Span<byte> target, int wanted);

    /// <summary>Sends what can be sent without waiting and returns how much that was.</summary>
    public abstract int TrySend(ReadOnlySpan<byte> source);

    /// <summary>Sends all of it, however long that takes.</summary>
    public abstract void Send(ReadOnlySpan<byte> source);

    /// <summary>Makes a present or future <see cref="Receive"/> end; what was sent still arrives. From any thread.</summary>
    public abstract void CloseReceive();

    /// <summary>Makes every present or future call end. From any thread.</summary>
    public abstract void Close();

    /// <summary>Frees it, when nobody receives any more. Whoever sends later gets an <see cref="IOException"/>.</summary>
    public abstract void Dispose();
}
