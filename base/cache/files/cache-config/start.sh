# The user comes over standard input, its password as a hash: so neither the arguments, which every process monitor on
# the node records, nor a file hold the password, and no character in it needs quoting.
set -eu
: "${REDISCLI_AUTH:?is empty}"
hash=$(printf %s "$REDISCLI_AUTH" | sha256sum)
exec docker-entrypoint.sh redis-server - --include /etc/redis/redis.conf <<END
user default on #${hash%% *} ~* &* +@all -acl -bgrewriteaof -bgsave -cluster -config -debug -failover -flushall -flushdb -keys -migrate -module -monitor -psync -replconf -replicaof -save -shutdown -slaveof -swapdb -sync
END
