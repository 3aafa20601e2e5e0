using System.Net;
using System.Text.Json;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Wire;

/// <summary>Builds the golden messages from their recorded field values, independently of the decoder.</summary>
static class GoldenMessages
{
    static readonly Dictionary<string, byte[]> Data = new()
    {
        ["512 bytes j%251 then 512 bytes 0x5a"] = [.. Golden.Counting(512), .. Golden.Filled(512, 0x5a)],
        ["512 bytes j%251"] = Golden.Counting(512),
        ["512 bytes 0x5a"] = Golden.Filled(512, 0x5a),
        ["512 bytes j%251, 512 zero bytes, 512 bytes 0x5a"] = [.. Golden.Counting(512), .. new byte[512], .. Golden.Filled(512, 0x5a)],
        [""] = [],
    };

    /// <summary>Encodes the message that <paramref name="golden"/> describes by its fields.</summary>
    public static byte[] Encode(JsonElement golden)
    {
        var kind = Enum.Parse<MessageKind>(golden.GetProperty("message").GetString()!);
        var f = golden.GetProperty("fields");
        var buffer = new FrameBuffer(8);
        switch (kind)
        {
            case MessageKind.HereIAm:
                buffer.Append(new HereIAm
                {
                    Version = (uint)f.Number("version"),
                    UpstairsId = f.GetProperty("upstairs_id").GetGuid(),
                    SessionId = f.GetProperty("session_id").GetGuid(),
                    Generation = f.Number("generation"),
                    ReadOnly = f.GetProperty("read_only").GetBoolean(),
                    Encrypted = f.GetProperty("encrypted").GetBoolean(),
                    AlternateVersions = f.GetProperty("alternate_versions").EnumerateArray().Select(v => v.GetUInt32()).ToArray(),
                });
                break;
            case MessageKind.YesItsMe:
                buffer.Append(new YesItsMe((uint)f.Number("version"), EndPoint(f, "repair_addr")));
                break;
            case MessageKind.VersionMismatch:
                buffer.Append(new VersionMismatch((uint)f.Number("version")));
                break;
            case MessageKind.ReadOnlyMismatch or MessageKind.EncryptedMismatch:
                buffer.Append(new ModeMismatch(kind, f.GetProperty("expected").GetBoolean()));
                break;
            case MessageKind.PromoteToActive or MessageKind.YouAreNowActive:
                buffer.Append(new Promotion(kind, f.GetProperty("upstairs_id").GetGuid(), f.GetProperty("session_id").GetGuid(), f.Number("generation")));
                break;
            case MessageKind.YouAreNoLongerActive:
                buffer.Append(new Promotion(kind, f.GetProperty("new_upstairs_id").GetGuid(), f.GetProperty("new_session_id").GetGuid(), f.Number("new_gen")));
                break;
            case MessageKind.UuidMismatch:
                buffer.Append(new UuidMismatch(f.GetProperty("expected_id").GetGuid()));
                break;
            case MessageKind.Ruok or MessageKind.Imok or MessageKind.RegionInfoPlease or MessageKind.ExtentVersionsPlease:
                buffer.Append(kind);
                break;
            case MessageKind.ExtentClose or MessageKind.ExtentReopen:
                buffer.Append(new ExtentStep(kind, f.Number("repair_id"), Extent(f)));
                break;
            case MessageKind.ExtentFlush:
                buffer.Append(new ExtentFlush(f.Number("repair_id"), Extent(f), (byte)f.Number("client_id"), f.Number("flush_number"), f.Number("gen_number")));
                break;
            case MessageKind.ExtentRepair:
                buffer.Append(new ExtentRepair
                {
                    RepairId = f.Number("repair_id"),
                    ExtentId = Extent(f),
                    SourceClientId = (byte)f.Number("source_client_id"),
                    SourceRepairAddress = EndPoint(f, "source_repair_address"),
                    Destinations = f.GetProperty("dest_clients").EnumerateArray().Select(v => v.GetByte()).ToArray(),
                });
                break;
            case MessageKind.RepairAckId:
                buffer.Append(new RepairAckId(f.Number("repair_id")));
                break;
            case MessageKind.ExtentError:
                buffer.Append(new ExtentError(f.Number("repair_id"), Extent(f), Error(f.GetProperty("error"))));
                break;
            case MessageKind.ExtentLiveClose or MessageKind.ExtentLiveReopen:
                buffer.Append(new LiveExtentStep { Kind = kind, Identity = Identity(f), Dependencies = Dependencies(f), ExtentId = Extent(f) });
                break;
            case MessageKind.ExtentLiveFlushClose:
                buffer.Append(new ExtentLiveFlushClose
                {
                    Identity = Identity(f),
                    Dependencies = Dependencies(f),
                    ExtentId = Extent(f),
                    FlushNumber = f.Number("flush_number"),
                    Generation = f.Number("gen_number"),
                });
                break;
            case MessageKind.ExtentLiveRepair:
                buffer.Append(new ExtentLiveRepair
                {
                    Identity = Identity(f),
                    Dependencies = Dependencies(f),
                    ExtentId = Extent(f),
                    SourceClientId = (byte)f.Number("source_client_id"),
                    SourceRepairAddress = EndPoint(f, "source_repair_address"),
                });
                break;
            case MessageKind.ExtentLiveNoOp or MessageKind.Barrier:
                buffer.Append(new OrderingJob { Kind = kind, Identity = Identity(f), Dependencies = Dependencies(f) });
                break;
            case MessageKind.ExtentLiveCloseAck:
                var result = f.GetProperty("result");
                buffer.Append(result.TryGetProperty("Ok", out var ok)
                    ? new ExtentLiveCloseAck(Identity(f), new ExtentVersion(ok[0].Number(), ok[1].Number(), ok[2].GetBoolean()), null)
                    : new ExtentLiveCloseAck(Identity(f), default, Error(result.GetProperty("Err"))));
                break;
            case MessageKind.ExtentLiveRepairAckId or MessageKind.ExtentLiveAckId or MessageKind.WriteAck or MessageKind.FlushAck
                or MessageKind.BarrierAck or MessageKind.WriteUnwrittenAck:
                buffer.Append(new JobAck(kind, Identity(f), f.GetProperty("result").TryGetProperty("Err", out var err) ? Error(err) : null));
                break;
            case MessageKind.RegionInfo:
                buffer.Append(Definition(f.GetProperty("region_def")));
                break;
            case MessageKind.ExtentVersions:
                buffer.Append(new ExtentVersions
                {
                    Generations = Numbers(f, "gen_numbers"),
                    FlushNumbers = Numbers(f, "flush_numbers"),
                    DirtyBits = f.GetProperty("dirty_bits").EnumerateArray().Select(v => v.GetBoolean() ? (byte)1 : (byte)0).ToArray(),
                });
                break;
            case MessageKind.LastFlush:
                buffer.Append(new LastFlush(f.GetProperty("last_flush_number").ValueKind == JsonValueKind.Null ? null : f.Number("last_flush_number")));
                break;
            case MessageKind.Write or MessageKind.WriteUnwritten:
                AppendWrite(buffer, kind, f);
                break;
            case MessageKind.Flush:
                buffer.Append(new FlushRequest
                {
                    Identity = Identity(f),
                    Dependencies = Dependencies(f),
                    FlushNumber = f.Number("flush_number"),
                    Generation = f.Number("gen_number"),
                    SnapshotName = f.GetProperty("snapshot_details") is { ValueKind: JsonValueKind.Object } details
                        ? details.GetProperty("snapshot_name").GetString() : null,
                    ExtentLimit = f.GetProperty("extent_limit") is { ValueKind: JsonValueKind.Number } limit ? limit.GetUInt32() : null,
                });
                break;
            case MessageKind.ReadRequest:
                buffer.Append(new ReadRequest { Identity = Identity(f), Dependencies = Dependencies(f), Start = f.Number("start"), Count = f.Number("count") });
                break;
            case MessageKind.ReadResponse:
                AppendReadResponse(buffer, f);
                break;
            case MessageKind.ErrorReport:
                buffer.Append(new ErrorReport(Identity(f), Error(f.GetProperty("error"))));
                break;
            case MessageKind.Unknown:
                buffer.Append(new UnknownMessage { Tag = (uint)f.Number("0"), Body = Convert.FromHexString(f.GetProperty("1").GetString()!) });
                break;
            default:
                throw new InvalidOperationException($"{kind}");
        }

        return buffer.Written.ToArray();
    }

    /// <summary>Decodes a frame and encodes what was understood; null when it does not decode.</summary>
    public static byte[]? Reencode(byte[] frame)
    {
        var buffer = new FrameBuffer(8);
        if (!FrameReader.TryReadKind(frame, out var kind))
            return null;
        var decoded = kind switch
        {
            MessageKind.HereIAm => Copy<HereIAm>(frame, buffer),
            MessageKind.YesItsMe => Copy<YesItsMe>(frame, buffer),
            MessageKind.VersionMismatch => Copy<VersionMismatch>(frame, buffer),
            MessageKind.ReadOnlyMismatch or MessageKind.EncryptedMismatch => Copy<ModeMismatch>(frame, buffer),
            MessageKind.PromoteToActive or MessageKind.YouAreNowActive or MessageKind.YouAreNoLongerActive => Copy<Promotion>(frame, buffer),
            MessageKind.UuidMismatch => Copy<UuidMismatch>(frame, buffer),
            MessageKind.ExtentClose or MessageKind.ExtentReopen => Copy<ExtentStep>(frame, buffer),
            MessageKind.ExtentFlush => Copy<ExtentFlush>(frame, buffer),
            MessageKind.ExtentRepair => Copy<ExtentRepair>(frame, buffer),
            MessageKind.RepairAckId => Copy<RepairAckId>(frame, buffer),
            MessageKind.ExtentError => Copy<ExtentError>(frame, buffer),
            MessageKind.ExtentLiveClose or MessageKind.ExtentLiveReopen => Copy<LiveExtentStep>(frame, buffer),
            MessageKind.ExtentLiveFlushClose => Copy<ExtentLiveFlushClose>(frame, buffer),
            MessageKind.ExtentLiveRepair => Copy<ExtentLiveRepair>(frame, buffer),
            MessageKind.ExtentLiveNoOp or MessageKind.Barrier => Copy<OrderingJob>(frame, buffer),
            MessageKind.ExtentLiveCloseAck => Copy<ExtentLiveCloseAck>(frame, buffer),
            MessageKind.ExtentLiveRepairAckId or MessageKind.ExtentLiveAckId or MessageKind.WriteAck or MessageKind.FlushAck
                or MessageKind.BarrierAck or MessageKind.WriteUnwrittenAck => Copy<JobAck>(frame, buffer),
            MessageKind.RegionInfo => Copy<RegionDefinition>(frame, buffer),
            MessageKind.ExtentVersions => Copy<ExtentVersions>(frame, buffer),
            MessageKind.LastFlush => Copy<LastFlush>(frame, buffer),
            MessageKind.Write or MessageKind.WriteUnwritten => Copy<WriteRequest>(frame, buffer),
            MessageKind.Flush => Copy<FlushRequest>(frame, buffer),
            MessageKind.ReadRequest => Copy<ReadRequest>(frame, buffer),
            MessageKind.ReadResponse => Copy<ReadResponse>(frame, buffer),
            MessageKind.ErrorReport => Copy<ErrorReport>(frame, buffer),
            MessageKind.Unknown => Copy<UnknownMessage>(frame, buffer),
            _ => CopyEmpty(kind, buffer),
        };
        return decoded ? buffer.Written.ToArray() : null;
    }

    public static CrucibleError Error(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return new CrucibleError(Enum.Parse<CrucibleErrorKind>(json.GetString()!));
        var property = json.EnumerateObject().Single();
        var kind = Enum.Parse<CrucibleErrorKind>(property.Name);
        return property.Value.ValueKind == JsonValueKind.Object
            ? new CrucibleError(kind) { Block = property.Value.Number("block"), Extent = (uint)property.Value.Number("extent") }
            : CrucibleError.Of(kind, property.Value.GetString()!);
    }

    public static RegionDefinition Definition(JsonElement json) => new(
        json.Number("block_size"), json.GetProperty("extent_size").Number("value"), (uint)json.Number("extent_count"),
        json.GetProperty("uuid").GetGuid(), json.GetProperty("encrypted").GetBoolean());

    static bool Copy<TMessage>(byte[] frame, FrameBuffer buffer)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        if (!FrameReader.TryRead<TMessage>(frame, out var message))
            return false;
        buffer.Append(message);
        return true;
    }

    static bool CopyEmpty(MessageKind kind, FrameBuffer buffer)
    {
        buffer.Append(kind);
        return true;
    }

    static void AppendWrite(FrameBuffer buffer, MessageKind kind, JsonElement f)
    {
        var encoded = new List<byte>();
        var target = new byte[BlockContext.EncryptedLength];
        foreach (var json in f.GetProperty("contexts").EnumerateArray())
        {
            EncryptionContext? encryption = json.GetProperty("encryption_context") is { ValueKind: JsonValueKind.Object } e ? Encryption(e) : null;
            encoded.AddRange(target[..new BlockContext(json.Number("hash"), encryption).Encode(target)]);
        }

        buffer.Append(new WriteRequest
        {
            Kind = kind,
            Identity = Identity(f),
            Dependencies = Dependencies(f),
            Start = f.Number("start"),
            ContextCount = (ulong)f.GetProperty("contexts").GetArrayLength(),
            Contexts = encoded.ToArray(),
            Data = Data[f.GetProperty("data").GetString()!],
        });
    }

    static void AppendReadResponse(FrameBuffer buffer, JsonElement f)
    {
        var blocks = f.GetProperty("blocks");
        var encoded = new List<byte>();
        var target = new byte[ReadBlockContext.MaxLength];
        ulong count = 0;
        if (blocks.TryGetProperty("Ok", out var contexts))
        {
            foreach (var json in contexts.EnumerateArray())
            {
                var context = json.ValueKind == JsonValueKind.String ? ReadBlockContext.Empty
                    : json.TryGetProperty("Unencrypted", out var hash) ? new ReadBlockContext(ReadBlockKind.Unencrypted, hash.Number(), default)
                    : new ReadBlockContext(ReadBlockKind.Encrypted, 0, Encryption(json.GetProperty("Encrypted")));
                encoded.AddRange(target[..context.Encode(target)]);
                count++;
            }
        }

        buffer.Append(new ReadResponse
        {
            Identity = Identity(f),
            Error = blocks.TryGetProperty("Err", out var error) ? Error(error) : null,
            ContextCount = count,
            Contexts = encoded.ToArray(),
            Data = Data[f.GetProperty("data").GetString()!],
        });
    }

    static EncryptionContext Encryption(JsonElement json) => EncryptionContext.From([.. json.Hex("nonce"), .. json.Hex("tag")]);

    static JobIdentity Identity(JsonElement f) =>
        new(f.GetProperty("upstairs_id").GetGuid(), f.GetProperty("session_id").GetGuid(), f.Number("job_id"));

    static ulong[] Dependencies(JsonElement f) => Numbers(f, "dependencies");

    static ulong[] Numbers(JsonElement f, string name) => f.GetProperty(name).EnumerateArray().Select(v => v.Number()).ToArray();

    static uint Extent(JsonElement f) => (uint)f.Number("extent_id");

    static IPEndPoint EndPoint(JsonElement f, string name) => IPEndPoint.Parse(f.GetProperty(name).GetString()!);
}
