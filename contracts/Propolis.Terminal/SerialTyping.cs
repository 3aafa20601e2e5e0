using System.Net.WebSockets;

namespace Propolis.Terminal;

/// <summary>
/// What is typed at a serial console, on its way to whichever console is joined: kept in order until the guest has taken it, up to <see cref="Limit"/>. Beyond that nothing more is taken, so
/// whoever types has to wait. One writer, and one console at a time.
/// <code>
///   given and forgotten | given, not taken yet |  to be given  | free
///                     taken                  given          typed        (counted from the beginning; a place in the ring is the count modulo Limit)
/// </code>
/// </summary>
public sealed class SerialTyping
{
    /// <summary>Bytes that are kept.</summary>
    public const int Limit = 64 * 1024;

    const int ChunkBytes = 16 * 1024;

    readonly byte[] _ring = new byte[Limit];
    readonly Lock _gate = new();
    readonly SemaphoreSlim _more = new(0);
    readonly SemaphoreSlim _room = new(0);
    long _typed;
    long _given;
    long _taken;
    long _joinedAt;
    long? _told;
    volatile bool _full;

    /// <summary>Whether so much waits that nothing more is taken.</summary>
    public bool IsFull => _full;

    /// <summary>Takes bytes; waits while too many wait.</summary>
    /// <param name="typed">The bytes.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> typed, CancellationToken cancel)
    {
        while (true)
        {
            typed = typed[Keep(typed.Span)..];
            Signal(_more);
            if (typed.IsEmpty)
                return;
            _full = true;
            await _room.WaitAsync(cancel);
            _full = false;
        }
    }

    /// <summary>Another console is joined.</summary>
    /// <param name="isSameGuest">Whether its guest is the one that left the console before: what was given there and not taken is then given again, and else forgotten.</param>
    public void Begin(bool isSameGuest)
    {
        lock (_gate)
        {
            if (isSameGuest && _told is not null)
                _given = _taken;
            else
                _taken = _given;
            (_joinedAt, _told) = (_given, null);
        }
        Signal(_room);
    }

    /// <summary>The console tells how many bytes its guest has taken since it was joined.</summary>
    /// <param name="count">So many.</param>
    public void Taken(long count)
    {
        lock (_gate)
        {
            _told = count;
            Forget();
        }
        Signal(_room);
    }

    /// <summary>Hands the bytes to a console until it breaks or is over; those that it did not take are for the next.</summary>
    /// <param name="console">The console.</param>
    /// <param name="over">The console is over.</param>
    public async Task PassToAsync(WebSocket console, CancellationToken over)
    {
        var chunk = new byte[ChunkBytes];
        try
        {
            while (true)
            {
                var count = Peek(chunk);
                if (count == 0)
                {
                    await _more.WaitAsync(over);
                    continue;
                }
                await console.SendAsync(chunk.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, over);
                Give(count);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The side that reads the console says how it ended.
        }
    }

    int Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var count = (int)Math.Min(bytes.Length, Limit - (_typed - _taken));
            var first = Math.Min(count, Limit - Place(_typed));
            bytes[..first].CopyTo(_ring.AsSpan(Place(_typed)));
            bytes[first..count].CopyTo(_ring);
            _typed += count;
            return count;
        }
    }

    int Peek(Span<byte> chunk)
    {
        lock (_gate)
        {
            var count = (int)Math.Min(Math.Min(chunk.Length, _typed - _given), Limit - Place(_given));
            _ring.AsSpan(Place(_given), count).CopyTo(chunk);
            return count;
        }
    }

    void Give(int count)
    {
        lock (_gate)
        {
            _given += count;
            Forget();
        }
        Signal(_room);
    }

    // The guest's word may come before the sender has noted what it gave, so it is heeded on both occasions. A console of an older server never tells, and must not fill the ring for ever.
    void Forget()
    {
        if (_told is { } told)
            _taken = Math.Max(_taken, Math.Min(_joinedAt + told, _given));
        else if (_given - _taken > Limit / 2)
            _taken = _given;
    }

    static int Place(long count) => (int)(count % Limit);

    // A notice that nobody waits for any more may still be there: one is enough.
    static void Signal(SemaphoreSlim notice)
    {
        if (notice.CurrentCount == 0)
            notice.Release();
    }
}
