namespace Propolis.Terminal;

/// <summary>
/// What keys on an attached terminal mean: everything goes to the guest but what follows Ctrl-A (Ctrl-A Ctrl-C: leave; Ctrl-A Ctrl-A: one Ctrl-A to the guest). The escape of
/// propolis-cli's serial command.
/// </summary>
public sealed class TerminalKeys
{
    const byte CtrlA = 1;
    const byte CtrlC = 3;

    bool _escaped;

    /// <summary>Takes typed bytes, appends to <paramref name="toGuest"/> what the guest gets, and returns true when the user wants to leave.</summary>
    public bool Type(ReadOnlySpan<byte> typed, List<byte> toGuest)
    {
        foreach (var key in typed)
        {
            if (_escaped && key == CtrlC) return true;
            if (_escaped || key != CtrlA)
            {
                if (_escaped && key != CtrlA) toGuest.Add(CtrlA);
                toGuest.Add(key);
                _escaped = false;
            }
            else
            {
                _escaped = true;
            }
        }
        return false;
    }
}
