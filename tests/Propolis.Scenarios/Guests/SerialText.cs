using System.Text;

namespace Propolis.Scenarios.Guests;

/// <summary>
/// What a guest said on its serial port so far, and waiting for more. Carriage returns and terminal escape sequences are taken out as they come, so that tests see plain lines.
/// </summary>
sealed class SerialText
{
    readonly Lock _lock = new();
    readonly StringBuilder _text = new();
    TaskCompletionSource _grown = New();
    EscapeState _escape;
    bool _ended;

    enum EscapeState
    {
        None,
        AfterEscape,
        InSequence,
    }

    /// <summary>Number of characters so far: a place to wait from.</summary>
    public int Length
    {
        get
        {
            lock (_lock) return _text.Length;
        }
    }

    /// <summary>Takes raw bytes from the port.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource grown;
        lock (_lock)
        {
            foreach (var value in bytes) Take((char)value);
            (grown, _grown) = (_grown, New());
        }
        grown.SetResult();
    }

    /// <summary>No more text will come: waits that are not satisfied fail at once.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _grown.TrySetResult();
        }
    }

    /// <summary>
    /// Waits until <paramref name="text"/> stands at or behind <paramref name="from"/>, and returns the place behind it. Throws <see cref="ScenarioException"/> with the last lines when
    /// the port ends or <paramref name="limit"/> passes before.
    /// </summary>
    public async Task<int> WaitForAsync(string text, int from, TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        while (true)
        {
            Task grown;
            bool ended;
            lock (_lock)
            {
                var at = _text.ToString(from, _text.Length - from).IndexOf(text, StringComparison.Ordinal);
                if (at >= 0) return from + at + text.Length;
                (grown, ended) = (_grown.Task, _ended);
            }
            if (ended) throw new ScenarioException($"The guest ended without saying '{text}'. {Tail()}");
            try
            {
                await grown.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new ScenarioException($"The guest did not say '{text}' within {limit.TotalSeconds} s. {Tail()}");
            }
        }
    }

    /// <summary>The text between two places.</summary>
    public string Between(int from, int to)
    {
        lock (_lock) return _text.ToString(from, to - from);
    }

    /// <summary>The last 40 lines, for messages.</summary>
    public string Tail()
    {
        lock (_lock)
        {
            var lines = _text.ToString().Split('\n');
            return "The end of its serial port:\n" + string.Join('\n', lines.TakeLast(40));
        }
    }

    void Take(char value)
    {
        switch (_escape)
        {
            case EscapeState.None when value == '\e':
                _escape = EscapeState.AfterEscape;
                break;
            case EscapeState.None:
                if (value is not ('\r' or '\0')) _text.Append(value);
                break;
            case EscapeState.AfterEscape:
                _escape = value == '[' ? EscapeState.InSequence : EscapeState.None;
                break;
            case EscapeState.InSequence when value is >= '@' and <= '~':
                _escape = EscapeState.None;
                break;
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
