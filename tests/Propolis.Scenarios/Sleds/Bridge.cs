namespace Propolis.Scenarios.Sleds;

/// <summary>A bridge of an emulated sled with an address of its own and taps for guests: a switch that learns where each guest is, and can be watched.</summary>
sealed class Bridge : IAsyncDisposable
{
    readonly Sled _sled;
    readonly string _name;
    readonly string _folder;
    readonly IReadOnlyList<string> _taps;

    Bridge(Sled sled, string name, string folder, int taps)
    {
        _sled = sled;
        _name = name;
        _folder = folder;
        _taps = [.. Enumerable.Range(0, taps).Select(number => $"{name}{number}")];
    }

    /// <summary>The taps, in order.</summary>
    public IReadOnlyList<string> Taps => _taps;

    /// <summary>Makes one with so many taps.</summary>
    public static async Task<Bridge> MakeAsync(Sled sled, string name, string address, int taps)
    {
        var bridge = new Bridge(sled, name, await sled.NewFolderAsync("bridge"), taps);
        // Ports forward at once: nobody waits for a tree to be found.
        await sled.MustAsync($"/usr/bin/ip link add {name} type bridge forward_delay 0 && /usr/bin/ip address add {address} dev {name} && /usr/bin/ip link set {name} up");
        foreach (var tap in bridge._taps) await sled.MustAsync($"/usr/bin/ip tuntap add dev {tap} mode tap && /usr/bin/ip link set {tap} master {name} up");
        return bridge;
    }

    /// <summary>The tap behind which the bridge has learned this hardware address to be; empty when it does not know.</summary>
    public async Task<string> TapOfAsync(string mac)
    {
        // An entry of the table is 16 bytes: the address, the port's number, and what does not matter here.
        const string print = "xxd -p -c 16 /sys/class/net/{0}/brforward | grep -q ^{1}$(printf %02x $(cat /sys/class/net/{0}/brif/$tap/port_no)) && echo $tap";
        var found = await _sled.MustAsync($"for tap in {string.Join(' ', _taps)}; do {string.Format(null, print, _name, Digits(mac))}; done; true");
        return found.Trim();
    }

    /// <summary>Begins to record what comes out of a tap from its guest.</summary>
    public async Task RecordAsync(string tap)
    {
        await _sled.MustAsync($"socat -u INTERFACE:{tap} CREATE:{_folder}/{tap} </dev/null >{_folder}/{tap}.log 2>&1 & echo $! >{_folder}/{tap}.pid");
        await _sled.MustAsync($"for i in $(seq 100); do test -e {_folder}/{tap} && exit 0; sleep 0.1; done; cat {_folder}/{tap}.log; exit 1");
    }

    /// <summary>How many broadcasts of this Ethernet type from this hardware address a recorded tap has let out.</summary>
    public async Task<int> BroadcastsAsync(string tap, string mac, string type)
    {
        var seen = await _sled.MustAsync($"xxd -p {_folder}/{tap} | tr -d '\\n' | grep -o ffffffffffff{Digits(mac)}{type} | wc -l");
        return int.Parse(seen, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Removes it and its taps.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sled.RunAsync($"for p in {_folder}/*.pid; do kill $(cat $p); done");
        foreach (var link in _taps.Append(_name)) await _sled.RunAsync($"/usr/bin/ip link delete {link}");
    }

    static string Digits(string mac) => mac.Replace(":", "", StringComparison.Ordinal);
}
